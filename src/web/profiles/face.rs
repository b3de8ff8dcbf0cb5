//! A face for members who have chosen no photo: drawn from their name, the same at every look.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Furs, each with an ear and a background that go with it.
const COLOURS: [(&str, &str, &str); 6] = [
    ("#ffc93c", "#e0762d", "#fff8ea"),
    ("#e0762d", "#a84f14", "#ffe9b8"),
    ("#c9b8a0", "#8d7b64", "#fdf1dc"),
    ("#8fb8d8", "#5d8fb5", "#eef6fb"),
    ("#b4cf8e", "#7fa352", "#f5faeb"),
    ("#d8a0b8", "#b5708f", "#fdeff5"),
];

const OUTLINE: &str = "#2b1d14";

/// The face of this name, as an SVG. Its eyes look in different directions.
pub fn of(username: &str) -> String {
    let hash = Sha256::digest(username.as_bytes());
    let pick = |byte: usize, of: usize| usize::from(hash[byte]) % of;
    let (fur, ear, back) = COLOURS[pick(0, COLOURS.len())];
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160"><path fill="{back}" d="M0 0h160v160H0z"/><g stroke="{OUTLINE}" stroke-width="4" stroke-linejoin="round" stroke-linecap="round">"#
    );
    let ears = [
        "M38 70 30 22l36 24zM122 70l8-48-36 24z", // a cat's
        "M44 52C20 40 12 66 22 104c12-4 22-18 24-36zM116 52c24-12 32 14 22 52-12-4-22-18-24-36z", // a dog's
        "M50 52C40 8 56 2 64 46zM110 52c10-44-6-50-14-6z", // a rabbit's
    ];
    let ears = ears[pick(1, ears.len())];
    // Writing to a string does not fail.
    let _ = write!(svg, r#"<path fill="{ear}" d="{ears}"/><circle cx="80" cy="88" r="54" fill="{fur}"/>"#);
    for (eye, x) in [(0, 58.0), (1, 102.0)] {
        let radius = 14.0 + 2.0 * pick(2 + eye, 4) as f64;
        // The right one looks at least a quarter of a turn elsewhere.
        let turn = pick(4, 8) as f64 + if eye == 1 { 2.0 + pick(5, 5) as f64 } else { 0.0 };
        let (sin, cos) = (turn * std::f64::consts::FRAC_PI_4).sin_cos();
        let (pupil_x, pupil_y) = (x + cos * (radius - 8.0), 76.0 + sin * (radius - 8.0));
        let _ = write!(
            svg,
            r##"<circle cx="{x}" cy="76" r="{radius}" fill="#fff"/><circle cx="{pupil_x:.1}" cy="{pupil_y:.1}" r="5" fill="{OUTLINE}"/>"##
        );
    }
    let side = if pick(6, 2) == 0 { 66 } else { 86 };
    let _ = write!(
        svg,
        r##"<path fill="{OUTLINE}" d="M74 100h12l-6 7z"/><path fill="none" d="M52 112q14 14 28-2 14 16 28 2"/><path fill="#ff86a8" d="M{side} 117v10q0 9 8 9t8-9v-10"/></g></svg>"##
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_name_has_one_face_and_others_have_another() {
        assert_eq!(of("noodle"), of("noodle"));
        let faces: std::collections::BTreeSet<String> = (0..200).map(|number| of(&format!("member{number}"))).collect();
        assert!(faces.len() > 190, "{}", faces.len());
    }
}
