//! A member's figures beside everybody's.

use serde::Serialize;

use crate::ratings::achievements::{Everybody, PhotoFigures};
use crate::ratings::rating_style::RatingStyle;
use crate::templates::group_thousands;

/// One row: what it is, theirs, everybody's.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Beside {
    what: &'static str,
    theirs: String,
    everybody: String,
}

/// Those that are known of both.
pub fn of(photos: &PhotoFigures, everybody: &Everybody, style: Option<&RatingStyle>) -> Vec<Beside> {
    let score = photos.score.map(|score| Beside {
        what: "Score of a photo, on average",
        theirs: format!("{score:.1}"),
        everybody: format!("{:.1}", everybody.score),
    });
    let ratings = (photos.photos > 0 && everybody.photos > 0).then(|| Beside {
        what: "Ratings of a photo, on average",
        theirs: each(photos.ratings, photos.photos),
        everybody: each(everybody.ratings, everybody.photos),
    });
    let points = style.zip(everybody.points).map(|(style, points)| Beside {
        what: "Points given, on average",
        theirs: format!("{:.1}", style.mean),
        everybody: format!("{points:.1}"),
    });
    [score, ratings, points].into_iter().flatten().collect()
}

/// With a decimal where that says something.
fn each(ratings: i64, photos: i64) -> String {
    let mean = ratings as f64 / photos as f64;
    if mean < 10.0 { format!("{mean:.1}") } else { group_thousands(mean.round() as i64) }
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn few_ratings_have_a_decimal() {
        assert_eq!(each(7, 2), "3.5");
        assert_eq!(each(24_691, 2), "12,346");
    }
}
