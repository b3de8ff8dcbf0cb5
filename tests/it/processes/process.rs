//! One of the two programs, while it runs.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::until;

/// A process that ends with its test.
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts it; what it prints goes into the log.
    pub fn start(command: &mut Command, log: PathBuf) -> Self {
        let file = File::create(&log).expect("a log");
        let errors = file.try_clone().expect("a log");
        let child = command.stdin(Stdio::null()).stdout(file).stderr(errors).spawn().expect("it starts");
        Process { child, log }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(status.expect("a shell command").success());
    }

    /// The most memory that it ever had, in KiB.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    pub async fn ended(&mut self) -> ExitStatus {
        until("the process has ended", async || !self.lives()).await;
        self.child.wait().expect("it ends")
    }

    /// All that it has printed.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let end: Vec<&str> = log.lines().rev().take(20).collect();
            let end: Vec<&str> = end.into_iter().rev().collect();
            eprintln!("--- the last that process {} printed:\n{}", self.id(), end.join("\n"));
        }
    }
}

/// The same command, which cannot write any file longer than so many times 512 bytes, as on a disk that is nearly full.
pub fn without_room(wanted: &Command, blocks: u32) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    command.arg(wanted.get_program()).args(wanted.get_args());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    for (name, value) in wanted.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command
}
