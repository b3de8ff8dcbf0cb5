//! Draws the picture for links on other sites: `share_picture RENDITION TENTHS FILE`. For whoever wants to look at it.

use std::error::Error;

use ratemyderp_pictures::share_picture::draw;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rendition, tenths, file] = arguments.as_slice() else {
        return Err("usage: share_picture RENDITION TENTHS FILE".into());
    };
    let begun = std::time::Instant::now();
    let jpeg = draw(&std::fs::read(rendition)?, tenths.parse()?)?;
    println!("{} bytes in {} ms", jpeg.len(), begun.elapsed().as_millis());
    Ok(std::fs::write(file, jpeg)?)
}
