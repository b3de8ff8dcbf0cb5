//! How the host, this process and the database are, every ten seconds, under Telegraf's names where it has some, so that it may take
//! over. What cannot be read is left out, and hurts nobody.

pub(super) mod database;
mod host;
mod own;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use super::point::Point;

/// How long reading may take. A disk that hangs keeps nobody waiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// Folders whose disks matter beside the root.
pub type Disks = Vec<PathBuf>;

/// What a difference is taken from.
struct Sampler {
    name: String,
    disks: Disks,
    host: host::Last,
    own: own::Last,
    at: Option<Instant>,
}

/// Reads on a thread for what may block; one round at a time.
pub(super) struct Watch {
    idle: Option<Sampler>,
    reading: Option<JoinHandle<(Sampler, Vec<Point>)>>,
}

impl Watch {
    pub fn new(disks: Disks) -> Self {
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let sampler = Sampler { name, disks, host: host::Last::default(), own: own::Last::default(), at: None };
        Watch { idle: Some(sampler), reading: None }
    }

    /// Figures as of this moment. `slot` is the name of this process, once it has one.
    pub async fn sample(&mut self, at: DateTime<Utc>, slot: Option<String>) -> Vec<Point> {
        if let Some(mut sampler) = self.idle.take() {
            self.reading = Some(tokio::task::spawn_blocking(move || {
                let points = sampler.sample(at, slot.as_deref());
                (sampler, points)
            }));
        }
        let Some(reading) = &mut self.reading else { return Vec::new() };
        match tokio::time::timeout(PATIENCE, reading).await {
            Ok(Ok((sampler, points))) => {
                (self.idle, self.reading) = (Some(sampler), None);
                points
            }
            // It is read to the end, and asked for again at the next tick.
            Err(_) => Vec::new(),
            Ok(Err(_)) => {
                self.reading = None;
                Vec::new()
            }
        }
    }
}

impl Sampler {
    fn sample(&mut self, at: DateTime<Utc>, slot: Option<&str>) -> Vec<Point> {
        let now = Instant::now();
        let seconds = self.at.replace(now).map(|before| (now - before).as_secs_f64()).filter(|seconds| *seconds > 0.0);
        let mut points = host::points(&mut self.host, &self.name, &self.disks, at, seconds);
        if let Some(slot) = slot {
            points.extend(own::points(&mut self.own, &self.name, slot, at, seconds));
        }
        points
    }
}

/// So many a second; nothing where a counter began anew.
fn per_second(before: u64, after: u64, seconds: f64) -> Option<f64> {
    after.checked_sub(before).map(|more| more as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_host_and_this_process_have_figures_that_can_be() {
        let mut watch = Watch::new(vec![std::env::temp_dir(), PathBuf::from("/no/such/folder")]);
        watch.sample(Utc::now(), Some("web-0".into())).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        let points = watch.sample(Utc::now(), Some("web-0".into())).await;
        let names: Vec<&str> = points.iter().map(|point| point.measurement).collect();
        for expected in ["cpu", "system", "mem", "disk", "procstat"] {
            assert!(names.contains(&expected), "{expected}: {names:?}");
        }
        for point in points {
            assert!(point.gauge && !point.fields.is_empty(), "{point:?}");
            assert!(point.tags.iter().any(|(name, value)| *name == "host" && !value.is_empty()), "{point:?}");
            for (name, value) in point.fields_stored() {
                let value = value.as_f64().unwrap_or(-1.0);
                assert!(value >= 0.0, "{name}: {value}");
                let most = if name.starts_with("usage_") || name.ends_with("percent") { 100.5 } else { f64::MAX };
                assert!(value <= most, "{name}: {value}");
            }
        }
    }
}
