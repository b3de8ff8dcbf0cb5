//! Makes the renditions of one photo, cropped to its middle, and says what became of each: `render FILE FOLDER`.
//! For whoever wants to look at them, and for `bin/bench`.

use std::error::Error;
use std::path::PathBuf;

use ratemyderp_pictures::renditions::{Crop, Limits, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(file), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: render FILE FOLDER".into());
    };
    let renditions = render(&std::fs::read(file)?, Crop::CENTRE, &Limits::default())?;
    for image in renditions.images {
        std::fs::write(folder.join(format!("{}.jpg", image.size)), &image.jpeg)?;
        println!("{} px: {} bytes, quality {}, SSIM {:.4}", image.size, image.jpeg.len(), image.quality, image.ssim);
    }
    Ok(())
}
