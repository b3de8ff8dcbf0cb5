//! QR codes as pictures.

use qrcode::types::Color;
use qrcode::{EcLevel, QrCode};

use crate::error::Error;

/// Squares left empty on each side, as cameras need it.
const MARGIN: usize = 4;

/// An SVG, black on white whatever the page's colours are; the dark squares of a row that touch are one stroke.
pub fn svg(text: &str) -> Result<String, Error> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).map_err(|cause| Error::Internal(cause.into()))?;
    let (width, squares) = (code.width(), code.into_colors());
    let mut path = String::new();
    for (y, row) in squares.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|&&square| square == row[x]).count();
            if row[x] == Color::Dark {
                path += &format!("M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run;
        }
    }
    let side = width + 2 * MARGIN;
    Ok(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
    ))
}
