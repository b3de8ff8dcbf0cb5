//! What a handler says while it works, for whoever looks at the job. Kept until the next heartbeat or the end of the attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use ratemyderp::secret::redact;

/// Lines of an attempt; the last one says that more was left out.
const MOST: i16 = 200;

/// Characters of a line.
const LONGEST: usize = 300;

/// A line that is not written down yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLine {
    /// From one.
    pub n: i16,
    pub at: DateTime<Utc>,
    pub text: String,
}

/// The lines of one attempt.
#[derive(Debug, Default)]
pub(crate) struct Lines(Mutex<Buffer>);

#[derive(Debug, Default)]
struct Buffer {
    said: i16,
    waiting: Vec<NewLine>,
}

impl Lines {
    /// One line, without what must not be told.
    pub fn say(&self, text: &str) {
        let mut buffer = self.lock();
        if buffer.said >= MOST {
            return;
        }
        buffer.said += 1;
        let n = buffer.said;
        let text = if n == MOST { "More was said, and left out.".to_owned() } else { presentable(text) };
        buffer.waiting.push(NewLine { n, at: Utc::now(), text });
    }

    /// What is not written down yet.
    pub fn take(&self) -> Vec<NewLine> {
        std::mem::take(&mut self.lock().waiting)
    }

    /// It could not be written down.
    pub fn give_back(&self, mut lines: Vec<NewLine>) {
        let mut buffer = self.lock();
        lines.append(&mut buffer.waiting);
        buffer.waiting = lines;
    }

    fn lock(&self) -> MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// On one line, not too long, without secrets of links and addresses of people.
fn presentable(text: &str) -> String {
    let words =
        text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    let text = redact(&words.join(" "));
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_tells_no_secret_and_no_address() {
        let lines = Lines::default();
        let secret = "0123456789abcdef".repeat(4);
        lines.say(&format!("550 <noodle@example.com> refused\n\0{secret} by smtp"));
        lines.say(&"x ".repeat(1_000));
        let said = lines.take();
        assert_eq!(said[0].text, "550 <address> refused ... by smtp");
        assert_eq!(said[1].text.chars().count(), LONGEST);
        assert_eq!((said[0].n, said[1].n), (1, 2));
    }

    #[test]
    fn the_last_of_two_hundred_lines_says_that_more_was_left_out() {
        let lines = Lines::default();
        (0..150).for_each(|n| lines.say(&format!("photo {n}")));
        let written = lines.take();
        lines.give_back(written);
        (150..1_000).for_each(|n| lines.say(&format!("photo {n}")));
        let said = lines.take();
        assert_eq!(said.len(), usize::try_from(MOST).unwrap_or_default());
        assert!(said.is_sorted_by_key(|line| line.n));
        assert_eq!(said.last().map(|line| line.text.as_str()), Some("More was said, and left out."));
    }
}
