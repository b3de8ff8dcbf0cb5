//! A trend within a line of text.

/// From the lowest to the highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// One block for each count, the highest of them as high as can be; nothing is a low dot.
pub fn spark(counts: &[i64]) -> String {
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let block = |&count: &i64| match usize::try_from((i128::from(count) * 8 - 1) / i128::from(most)) {
        _ if count <= 0 => '·',
        Ok(height) => BLOCKS[height.min(7)],
        Err(_) => '·',
    };
    counts.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::spark;

    #[test]
    fn a_trend_is_as_high_as_its_highest_count() {
        assert_eq!(spark(&[0, 1, 4, 8]), "·▁▄█");
        assert_eq!(spark(&[1, 1]), "██");
        assert_eq!(spark(&[-1, 0]), "··");
        assert_eq!(spark(&[i64::MAX, 1]), "█▁");
        assert_eq!(spark(&[]), "");
    }
}
