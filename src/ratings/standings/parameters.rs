//! What scores are worked out with.

/// How wide the stated uncertainty is: 95 % of a normal distribution.
pub(super) const WIDTH: f64 = 1.96;

/// How far the mean (in points) or the weight (as a part of itself) may move before every score is worked out anew.
const VISIBLE: f64 = 0.05;

/// What scores are worked out with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// Mean of all ratings.
    pub mean: f64,
    /// How many ratings the mean counts for: variance within photos over variance between them.
    pub weight: f64,
    /// Variance of the ratings of one photo.
    pub variance: f64,
    /// Are scores those without the [biases](crate::ratings::biases) of raters?
    pub adjusted: bool,
}

impl Parameters {
    /// The ends of the 95 % interval around a score, within 1 to 10.
    pub fn between(&self, score: f64, count: i64) -> (f64, f64) {
        let uncertainty = WIDTH * (self.variance / (count as f64 + self.weight)).sqrt();
        ((score - uncertainty).max(1.0), (score + uncertainty).min(10.0))
    }

    /// Would people see the difference in scores?
    pub(super) fn visibly_differ(&self, other: &Parameters) -> bool {
        (self.mean - other.mean).abs() > VISIBLE || (self.weight / other.weight - 1.0).abs() > VISIBLE
    }
}
