//! What the process says while it works: to standard error, one line each.

use env_logger::Env;

/// Says what happens here, and only warnings of the libraries; `RUST_LOG` changes that.
pub fn start() {
    env_logger::Builder::from_env(Env::default().default_filter_or("warn,ratemyderp=info,ratemyderp_jobs=info")).init();
}
