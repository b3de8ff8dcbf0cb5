//! A PostgreSQL server that a test may stop and start.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Made by the scripts that make the one of `bin/test`. It ends with its standard input, so also with killed tests.
const SCRIPT: &str = r#"
set -euo pipefail
source bin/lib/all.sh
exit_on_signals
trap 'begin_cleanup; throwaway_stop' EXIT
throwaway_in_memory=true
throwaway_start </dev/null >&2
postgres_url postgres
while echo && read -r order; do
  case $order in
  start) postgres_start </dev/null >&2 ;;
  *) as_server_user "$pgbin/pg_ctl" -D "$pgdata" -m "$order" -w stop </dev/null >&2 ;;
  esac
done
"#;

pub struct Cluster {
    pub url: String,
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// A fresh one, running.
    pub fn new() -> Self {
        let mut shell = Command::new("bash")
            .args(["-c", SCRIPT])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let orders = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("a pipe"));
        let mut cluster = Cluster { url: String::new(), shell, orders, answers };
        cluster.url = cluster.answer();
        cluster
    }

    pub fn start(&mut self) {
        self.order("start");
    }

    /// "fast" tells everybody and ends in good order, "immediate" is a crash.
    pub fn stop(&mut self, how: &str) {
        self.order(how);
    }

    fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().expect("a pipe"), "{order}").expect("the shell reads");
        self.answer();
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        let read = self.answers.read_line(&mut line).expect("the shell answers");
        assert!(read > 0, "the server does not start or stop: try bin/test --exec true");
        line.trim_end().to_owned()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.shell.wait();
    }
}
