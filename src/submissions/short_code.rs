//! A photo's number as a short word, for links that are typed off a screen or read over the phone.
//!
//! Digits and letters as in Crockford's base 32: none is taken for another, and what people confuse is read as what was meant.

const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The one spelling that we give out.
pub fn of(id: i64) -> String {
    let mut rest = id.unsigned_abs();
    let mut code = vec![];
    while rest > 0 || code.is_empty() {
        code.push(char::from(SIGNS[(rest % 32) as usize]));
        rest /= 32;
    }
    code.iter().rev().collect()
}

/// The number that somebody means; nothing when there can be none.
pub fn parse(code: &str) -> Option<i64> {
    let digit = |sign: u8| {
        let meant = match sign.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        };
        SIGNS.iter().position(|&known| known == meant)
    };
    if code.is_empty() {
        return None;
    }
    code.bytes().try_fold(0i64, |number, sign| number.checked_mul(32)?.checked_add(digit(sign)? as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_back_to_its_photo() {
        for id in [1, 31, 32, 812, 1_000_000, i64::MAX] {
            assert_eq!(parse(&of(id)), Some(id));
        }
        assert_eq!(of(1_000_000), "ygj0");
    }

    #[test]
    fn what_people_confuse_is_read_as_meant() {
        assert_eq!(parse("YGJO"), parse("ygj0"));
        assert_eq!(parse("l"), Some(1));
        for wrong in ["", "u", "-1", "a b", "ä", "zzzzzzzzzzzzzzz"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
