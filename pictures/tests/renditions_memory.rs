//! The stated bound of memory holds. A program of its own, since it counts every allocation.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say what they mean by failing"
)]

#[path = "renditions/animations.rs"]
mod animations;
#[path = "renditions/bombs.rs"]
#[allow(dead_code)]
mod bombs;
#[path = "renditions/corpus.rs"]
#[allow(dead_code)]
mod corpus;
#[path = "renditions/lossy_webp.rs"]
mod lossy_webp;
#[path = "renditions/traps.rs"]
#[allow(dead_code)]
mod traps;

use corpus::Jpeg;
use image::{DynamicImage, RgbImage};
use peak_alloc::PeakAlloc;
use ratemyderp_pictures::renditions::{CHECK_MEMORY, Crop, Limits, check, inspect, render};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[test]
fn no_file_takes_more_memory_than_its_header_states() {
    let mut files = corpus::valid_files();
    let large = corpus::photo(3200, 2600, 9);
    let plain = DynamicImage::ImageRgb8(RgbImage::new(2600, 2400));
    for progressive in [false, true] {
        files.push(("large JPEG", corpus::jpeg(&large, Jpeg { progressive, ..Jpeg::default() })));
    }
    files.push(("large PNG", corpus::png(&plain, None)));
    files.push(("large 16-bit PNG", corpus::png(&DynamicImage::ImageRgba16(plain.to_rgba16()), None)));
    files.push(("large WebP", corpus::webp(&plain, None)));
    files.push(("large GIF", animations::animated_gif(&[plain.to_rgb8()])));
    files.push(("more than it says", traps::png_claiming(100, 100, &traps::zeros(300))));
    files.extend(bombs::polyglots());
    files.extend(bombs::bombs());
    files.push(("short PNG", traps::png_claiming(3000, 3000, &traps::zeros(1))));
    files.push(("short JPEG", traps::jpeg_claiming(3000, 3000)));
    drop((large, plain));
    for (what, file) in files {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let outcome = check(&file, &Limits::default()).map(drop);
        let used = MEMORY.peak_usage().saturating_sub(before) as u64;
        println!("{what} at the form: {} KiB, {outcome:?}", used >> 10);
        assert!(used <= CHECK_MEMORY, "{what} at the form: {used} bytes");
        let bound = inspect(&file, &Limits::default()).unwrap().peak_memory;
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let outcome = render(&file, Crop::Auto, &Limits::default()).map(drop);
        let used = MEMORY.peak_usage().saturating_sub(before) as u64;
        println!("{what}: {} of {} KiB, {outcome:?}", used >> 10, bound >> 10);
        assert!(used <= bound, "{what}: {used} of {bound} bytes");
    }
}
