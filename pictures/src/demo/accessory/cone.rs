//! The cone that a vet puts around a neck.

use crate::demo::animal::Face;
use crate::demo::colour::{Ink, OUTLINE, WHITE, rgb};
use crate::demo::paint::Canvas;
use crate::demo::shape::{Shape, blob, curve, ellipse, rect};

/// The funnel around the head.
pub fn behind(c: &mut Canvas, face: &Face) {
    let (y, h, w) = face.oval;
    let rim = rim(face);
    c.draw(&rim, Ink::Radial((0.0, y, w + 100.0), [rgb(0x6E8C9A), rgb(0xA9C3CE), rgb(0xF4FAFB)]));
    let (light, seam) = ((-0.62 * w, y - h * 1.05), (0.66 * w, y - h * 1.1));
    c.line(&curve(&[light, (light.0 * 1.5, light.1 - h * 0.36)]), 9.0, WHITE.alpha(210));
    c.line(&curve(&[seam, (seam.0 * 1.45, seam.1 - h * 0.3)]), 4.0, rgb(0x7E9AA8));
    c.line(&rim, 7.0, rgb(0x6FB2D6));
}

/// Its lower part, in front of the chin.
pub fn in_front(c: &mut Canvas, face: &Face) {
    let (y, h, w) = face.oval;
    let chin = blob(&[
        (-w * 1.5, y + h * 0.55),
        (-w * 0.8, y + h * 0.78),
        (0.0, y + h * 1.06),
        (w * 0.8, y + h * 0.78),
        (w * 1.5, y + h * 0.55),
        (w * 1.4, y + h * 2.6),
        (-w * 1.4, y + h * 2.6),
    ]);
    let rim = rim(face);
    c.clipped(&rim, |c| {
        c.draw(&chin, Ink::down(y + h * 0.6, y + h * 2.0, [rgb(0xD3E4EA), rgb(0xFBFEFE)]));
        c.line(&curve(&[(-w * 0.5, y + h * 1.1), (-w * 0.62, y + h * 1.6)]), 9.0, WHITE);
    });
    // The upper half of the rim stays behind ears and horns.
    c.clipped(&rect(-500.0, y + h * 0.55, 1000.0, 1000.0), |c| {
        c.line(&rim, 15.0, OUTLINE);
        c.line(&rim, 6.0, rgb(0x6FB2D6));
    });
}

fn rim(face: &Face) -> Shape {
    let (y, h, w) = face.oval;
    ellipse(0.0, y - 10.0, w + 76.0, h + 84.0)
}
