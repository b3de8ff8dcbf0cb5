//! How the host, this process and the database are, every ten seconds, under Telegraf's names where it has some, so that it may take
//! over. What cannot be read is left out, and hurts nobody.

mod certificate;
pub(super) mod database;
mod host;
mod own;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use self::certificate::Certificate;
use super::point::{Point, Value};

/// How long reading may take. A disk that hangs keeps nobody waiting.
const PATIENCE: Duration = Duration::from_secs(1);

/// Folders whose disks matter beside the root.
pub type Disks = Vec<PathBuf>;

/// What a process watches beside its host and itself.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    pub disks: Disks,
    /// A file that is touched after each backup that went well.
    pub backup: Option<PathBuf>,
    /// The address whose certificate is looked at, as in `ratemyderp.example:443`.
    pub certificate: Option<String>,
}

/// What a difference is taken from.
struct Sampler {
    name: String,
    disks: Disks,
    backup: Option<PathBuf>,
    certificate: Option<Certificate>,
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
    pub fn new(watched: Watched) -> Self {
        let Watched { disks, backup, certificate } = watched;
        let certificate = certificate.map(Certificate::new);
        let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let sampler = Sampler {
            name,
            disks,
            backup,
            certificate,
            host: host::Last::default(),
            own: own::Last::default(),
            at: None,
        };
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
        points.extend(self.backup(at));
        points.extend(self.certificate(at));
        points
    }

    /// How old the newest backup is, or that there is none.
    fn backup(&self, at: DateTime<Utc>) -> Option<Point> {
        let touched = std::fs::metadata(self.backup.as_ref()?).and_then(|file| file.modified());
        let (missing, age) = match touched {
            Ok(touched) => (0, Some((at - DateTime::<Utc>::from(touched)).num_seconds().max(0))),
            Err(_) => (1, None),
        };
        let mut fields = vec![("missing".into(), Value::Whole(missing))];
        fields.extend(age.map(|age| ("age_s".into(), Value::Whole(age))));
        Some(Point::gauge("backup", at, vec![("host", self.name.clone())], fields))
    }

    /// For how long a certificate is still good.
    fn certificate(&mut self, at: DateTime<Utc>) -> Option<Point> {
        let certificate = self.certificate.as_mut()?;
        let days = certificate.days_left(at)?;
        let tags = vec![("address", certificate.address.clone())];
        Some(Point::gauge("certificate", at, tags, vec![("days_left".into(), Value::Real(days))]))
    }
}

/// So many a second; nothing where a counter began anew.
fn per_second(before: u64, after: u64, seconds: f64) -> Option<f64> {
    after.checked_sub(before).map(|more| more as f64 / seconds)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[tokio::test]
    async fn a_backup_is_as_old_as_the_file_that_it_touches_and_missing_without_it() {
        let told = async |backup: PathBuf| {
            let mut watch = Watch::new(Watched { backup: Some(backup), ..Watched::default() });
            let points = watch.sample(Utc::now() + TimeDelta::hours(1), None).await;
            let point = points.into_iter().find(|point| point.measurement == "backup").unwrap();
            let fields = point.fields_stored();
            (
                fields.get("missing").and_then(serde_json::Value::as_i64),
                fields.get("age_s").and_then(serde_json::Value::as_i64),
            )
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        let (missing, age) = told(file.path().to_owned()).await;
        assert!(missing == Some(0) && age.is_some_and(|age| (3_590..3_700).contains(&age)), "{age:?}");
        assert_eq!(told(PathBuf::from("/no/such/file")).await, (Some(1), None));
    }

    #[tokio::test]
    async fn this_host_and_this_process_have_figures_that_can_be() {
        let disks = vec![std::env::temp_dir(), PathBuf::from("/no/such/folder")];
        let mut watch = Watch::new(Watched { disks, ..Watched::default() });
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
