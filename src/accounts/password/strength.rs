//! How easily a password is guessed, by `zxcvbn`, in bounded time.
//!
//! `zxcvbn` tries every reading of signs that may stand for letters (`4` for `a`) on every stretch of the password: readings
//! multiply with each further sign, and stretches grow with the square of the length. 100 characters of such signs take 0.8 s of
//! a core in a release build. With the two bounds below the dearest of 11 alphabets takes 13 ms; everyday passwords take 1 to 5.

use zxcvbn::{Entropy, zxcvbn};

/// Characters that are looked at. What is easy to guess in so many does not become hard by more of them.
const LENGTH: usize = 64;

/// Readings that are tried; the ten digits together have as many.
const READINGS: usize = 16;

/// What others can guess of somebody: a name or an address, up to so many characters.
const ABOUT_LENGTH: usize = 254;

/// Stands for a sign whose readings would be too many: nothing that can be read as a letter, and no commoner than another.
const UNREAD: char = '\u{b7}';

/// Letters, and what `zxcvbn` takes for them.
const SIGNS: [(char, &str); 12] = [
    ('a', "4@"),
    ('b', "8"),
    ('c', "({[<"),
    ('e', "3"),
    ('g', "69"),
    ('i', "1!|"),
    ('l', "1|7"),
    ('o', "0"),
    ('s', "$5"),
    ('t', "+7"),
    ('x', "%"),
    ('z', "2"),
];

/// Takes at most some 15 ms of a core: not for an async thread.
pub(super) fn measure(typed: &str, about_them: &[&str]) -> Entropy {
    let about_them: Vec<String> = about_them.iter().map(|about| about.chars().take(ABOUT_LENGTH).collect()).collect();
    let mut known: Vec<&str> = about_them.iter().map(String::as_str).collect();
    known.extend(["ratemyderp", "derp", "derpy"]);
    zxcvbn(&bounded(typed), &known)
}

/// The beginning, with as many kinds of signs as there may be readings.
fn bounded(typed: &str) -> String {
    let mut read = Vec::new();
    let shown = |c: char| {
        if read.contains(&c) || !is_sign(c) {
            return c;
        }
        read.push(c);
        if readings(&read) <= READINGS {
            return c;
        }
        read.pop();
        UNREAD
    };
    typed.chars().take(LENGTH).map(shown).collect()
}

fn is_sign(c: char) -> bool {
    SIGNS.iter().any(|(_, signs)| signs.contains(c))
}

/// Each letter has one of its signs, and a sign of two letters is read as either.
fn readings(signs: &[char]) -> usize {
    let of = |letter: &str| signs.iter().filter(|&&sign| letter.contains(sign)).count().max(1);
    let doubled = |sign: &&char| SIGNS.iter().filter(|(_, signs)| signs.contains(**sign)).count() > 1;
    SIGNS.iter().map(|(_, letter)| of(letter)).product::<usize>() << signs.iter().filter(doubled).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_SIGNS: &str = "4@8({[<3691!|0$57%2+";

    #[test]
    fn whatever_is_typed_has_few_readings() {
        let mut signs: Vec<char> = ALL_SIGNS.chars().collect();
        for turn in 0..signs.len() {
            signs.rotate_left(1);
            let typed: String = signs.iter().cycle().skip(turn).take(200).collect();
            let kept = bounded(&typed);
            assert_eq!(kept.chars().count(), LENGTH);
            let mut kinds: Vec<char> = kept.chars().filter(|&c| is_sign(c)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            assert!(readings(&kinds) <= READINGS, "{kept}");
        }
    }

    #[test]
    fn digits_and_everyday_signs_are_read_as_they_are() {
        for typed in ["0987654321", "P@ssw0rd2024!", "tr0ub4dor&3", "qwerty1234567890", "wobbly teapot under 7 moons"] {
            assert_eq!(bounded(typed), typed);
        }
    }

    #[test]
    fn the_bounds_make_no_bad_password_good_and_no_good_one_bad() {
        for typed in ["123456789012345678", "p@$$w0rd1!|7", "0987654321!", "1@3$57!(8%|2<{9[", ALL_SIGNS] {
            assert_eq!(measure(typed, &[]).score(), zxcvbn(typed, &[]).score(), "{typed}");
        }
        let long = format!("{}aaaa", "wobbly teapot under seven moons ".repeat(4));
        assert_eq!(measure(&long, &[]).score(), zxcvbn::Score::Four);
    }
}
