//! Text browsers in a terminal, driven by their keys.
//!
//! ```ignore
//! let w3m = Terminal::w3m(&site.url("/"));
//! w3m.activate("7").await;
//! w3m.wait_for("You rated Marmalade 7 out of 10").await;
//! ```
//! Cookies last as long as the terminal. What does not work out panics with the screen.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;
use vt100::Parser;

use super::cdp::lock;

const ROWS: NonZeroU16 = NonZeroU16::new(40).unwrap();
const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();
/// The bound of every wait for a page.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a key may take to show an effect, and how long the screen must then be still.
const REACTION: Duration = Duration::from_secs(2);
const STILL: Duration = Duration::from_millis(40);

/// More links and fields than any page has.
const MOST_LINKS: usize = 500;

/// A terminal with a text browser in it, which ends with it.
pub struct Terminal {
    browser: TextBrowser,
    screen: Arc<Mutex<Screen>>,
    keyboard: Mutex<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    /// Keeps the hang-up for the end.
    _pty: Box<dyn portable_pty::MasterPty + Send>,
    _home: TempDir,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum TextBrowser {
    W3m,
    Lynx,
}

struct Screen {
    parser: Parser,
    changed: Instant,
}

impl Terminal {
    /// Opens the address in w3m.
    pub fn w3m(url: &str) -> Self {
        Self::open(TextBrowser::W3m, &["w3m", "-cookie", "-o", "accept_cookie=1", "-o", "confirm_qq=0", url])
    }

    /// Opens the address in lynx.
    pub fn lynx(url: &str) -> Self {
        Self::open(TextBrowser::Lynx, &["lynx", "-accept_all_cookies", "-show_cursor", "-nopause", "-nocolor", url])
    }

    /// What can be read now.
    pub fn screen(&self) -> String {
        lock(&self.screen).parser.screen().contents()
    }

    /// Presses keys, as the terminal encodes them.
    pub fn send(&self, keys: &str) {
        let mut keyboard = lock(&self.keyboard);
        keyboard.write_all(keys.as_bytes()).and_then(|()| keyboard.flush()).expect("the text browser still runs");
    }

    /// Waits until the screen shows the text, however its lines are broken.
    pub async fn wait_for(&self, text: &str) {
        let start = Instant::now();
        while !one_line(&self.screen()).contains(&one_line(text)) {
            if start.elapsed() > PATIENCE {
                self.fail(&format!("waited in vain for {text:?}"));
            }
            tokio::time::sleep(STILL).await;
        }
        self.be_still(STILL).await;
    }

    /// Follows the link or presses the button that begins with the label.
    pub async fn activate(&self, label: &str) {
        self.move_to(&format!("link or button {label:?}"), |_, after| begins_with(after, label)).await;
        self.send("\r");
    }

    /// Types into the field that comes right after the label on its line.
    pub async fn fill(&self, label: &str, text: &str) {
        let is_field = |before: &str, _: &str| before.trim_end_matches(['[', '_', ' ', ':']).ends_with(label);
        self.move_to(&format!("field {label:?}"), is_field).await;
        match self.browser {
            TextBrowser::W3m => self.send(&format!("\r{text}\r")),
            TextBrowser::Lynx => self.send(text),
        }
        self.be_still(STILL).await;
    }

    /// Types into the first field behind the label, be it some lines below.
    pub async fn fill_below(&self, label: &str, text: &str) {
        self.move_to_seeing(&format!("field below {label:?}"), |seen, _| {
            let seen = one_line(seen);
            seen.rsplit_once(label).is_some_and(|(_, between)| !between.trim_end_matches(['[', ' ']).contains('['))
        })
        .await;
        match self.browser {
            TextBrowser::W3m => self.send(&format!("\r{text}\r")),
            TextBrowser::Lynx => self.send(text),
        }
        self.be_still(STILL * 4).await;
    }

    /// Ticks the box, or chooses the one of several, with this label behind it.
    pub async fn tick(&self, label: &str) {
        let fits = |_: &str, after: &str| after.trim_start_matches(['[', ']', '(', ')', '*', ' ']).starts_with(label);
        self.move_to(&format!("box {label:?}"), fits).await;
        self.send("\r");
        self.be_still(STILL * 4).await;
    }

    /// Steps through links and fields until one fits (text before and after the cursor in its line), first from
    /// where the cursor is, then from the top.
    ///
    /// Nothing says when a text browser has finished drawing, so on a busy machine a step may be judged too
    /// early: hence the third look, with more time for each step.
    async fn move_to(&self, what: &str, fits: impl Fn(&str, &str) -> bool) {
        let last_line = |seen: &str| seen.rsplit('\n').next().unwrap_or_default().to_owned();
        self.move_to_seeing(what, |seen, after| fits(&last_line(seen), after)).await;
    }

    /// The same by all that can be read before the cursor.
    async fn move_to_seeing(&self, what: &str, fits: impl Fn(&str, &str) -> bool) {
        let top = match self.browser {
            TextBrowser::W3m => "g",
            TextBrowser::Lynx => "\x01",
        };
        for (start, still) in [("", STILL), (top, STILL), (top, STILL * 10)] {
            self.be_still(still).await;
            if !start.is_empty() {
                self.press(start, still).await;
            }
            for _ in 0..MOST_LINKS {
                let (before, after) = self.around_cursor();
                if fits(&before, &after) {
                    return;
                }
                if !self.press("\t", still).await {
                    break;
                }
            }
        }
        self.fail(&format!("there is no {what}"));
    }

    /// Whether keys changed anything on the screen, once it is still again.
    async fn press(&self, keys: &str, still: Duration) -> bool {
        let look = || {
            let screen = lock(&self.screen);
            (screen.parser.screen().cursor_position(), screen.parser.screen().contents())
        };
        let (before, start) = (look(), Instant::now());
        self.send(keys);
        while look() == before {
            if start.elapsed() > REACTION {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.be_still(still).await;
        true
    }

    async fn be_still(&self, still: Duration) {
        while lock(&self.screen).changed.elapsed() < still {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn around_cursor(&self) -> (String, String) {
        let guard = lock(&self.screen);
        let screen = guard.parser.screen();
        let (row, column) = screen.cursor_position();
        (screen.contents_between(0, 0, row, column), screen.contents_between(row, column, row, COLUMNS.get()))
    }

    fn open(browser: TextBrowser, command: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a home for the text browser");
        let size = PtySize { rows: ROWS.get(), cols: COLUMNS.get(), pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).expect("a terminal");
        let mut builder = CommandBuilder::new(command[0]);
        builder.args(&command[1..]);
        // No proxy, no settings and no cookies of whoever runs the tests.
        builder.env_clear();
        for (name, value) in [("TERM", "xterm"), ("LANG", "C.UTF-8"), ("LYNX_CFG", "/dev/null")] {
            builder.env(name, value);
        }
        builder.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        builder.env("HOME", home.path());
        let child = pty.slave.spawn_command(builder).unwrap_or_else(|error| panic!("{}: {error}", command[0]));
        let keyboard = pty.master.take_writer().expect("a keyboard");
        let mut output = pty.master.try_clone_reader().expect("a screen");
        let screen = Screen { parser: Parser::new(ROWS, COLUMNS, 0), changed: Instant::now() };
        let screen = Arc::new(Mutex::new(screen));
        let written = screen.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                let mut screen = lock(&written);
                screen.parser.process(&bytes[..read]);
                screen.changed = Instant::now();
            }
        });
        Self { browser, screen, keyboard: Mutex::new(keyboard), child, _pty: pty.master, _home: home }
    }

    fn fail(&self, what: &str) -> ! {
        panic!("{what}\n--- screen of {:?}:\n{}", self.browser, self.screen());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a line begins with the label as a whole: "7 out of 10" does with "7", "70" does not.
fn begins_with(line: &str, label: &str) -> bool {
    // lynx marks a button that sends no value of its own.
    let line = line.trim_start_matches("(BUTTON)");
    let line = line.trim_start_matches(['[', '(', '<', ' ']);
    line.strip_prefix(label).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
