//! A real SMTP server: Debian's python3-aiosmtpd under `tests/smtp.py`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A server and what it was given; it stops when dropped.
pub struct SmtpServer {
    folder: TempDir,
    port: u16,
    process: Option<Child>,
}

impl SmtpServer {
    pub fn start() -> Self {
        let mut server = SmtpServer { folder: tempfile::tempdir().expect("a folder"), port: 0, process: None };
        server.resume();
        server
    }

    /// Nobody answers any more.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it ran");
            process.wait().expect("it ends");
        }
    }

    /// On the same port as before.
    pub fn resume(&mut self) {
        let mut process = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp.py"))
            .arg(self.folder.path())
            .arg(self.port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("tests/smtp.py starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("a line");
        self.port = line.trim().parse().expect("a port: is python3-aiosmtpd installed? bin/test does that");
        self.process = Some(process);
    }

    /// Asks for a behaviour that `tests/smtp.py` describes, in place of the one before.
    pub fn behave(&self, lines: &str) {
        std::fs::write(self.folder.path().join("behaviour"), lines).expect("written");
    }

    /// `user` is empty or ends with an `@`.
    pub fn url(&self, user: &str) -> String {
        format!("smtp://{user}127.0.0.1:{}", self.port)
    }

    /// Every mail that it has taken, in order, with its envelope as `X-From` and `X-To`.
    pub fn taken(&self) -> Vec<String> {
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).expect("a mail")).collect()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.stop();
    }
}
