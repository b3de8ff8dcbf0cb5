//! What other tests take for answers of an InfluxDB is word for word what this one says. With RATEMYDERP_TEST_INFLUX_RECORD set, its
//! answers are written over those.

use std::path::Path;

use chrono::{DateTime, Utc};
use ratemyderp::metrics::query::flux;
use regex::Regex;
use serde_json::json;

use super::influxdb::{ALONE, ORGANIZATION, emptied, variable};
use crate::influx::reader::{depth, votes};
use crate::support::influx::recorded::{self, Recorded};

/// Here points may be of last year.
const BUCKET: &str = "ratemyderp_hour";

/// What `votes` and `depth` ask about, with seconds from noon on.
const POINTS: &str = "\
    up,instance=web-0 up=6i 0\n\
    up,instance=web-0 up=6i 120\n\
    vote,by=member,instance=web-0,via=form n=3i,s07=2i 0\n\
    vote,by=member,instance=web-1,via=htmx n=2i 10\n\
    vote,by=member,instance=web-0,via=htmx n=7i 120\n\
    vote,by=visitor,instance=web-0,via=htmx n=1i 60\n\
    queue,lane=mail,state=new depth=4.5 -50\n\
    queue,lane=mail,state=new depth=6 60\n\
    queue,lane=images,state=new depth=2 60";

fn points() -> String {
    let noon: DateTime<Utc> = "2026-11-25T12:00:00Z".parse().unwrap();
    let line = |line: &str| {
        let (point, seconds) = line.rsplit_once(' ').unwrap();
        format!("{point} {}000000000", noon.timestamp() + seconds.parse::<i64>().unwrap())
    };
    POINTS.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A request that may be wrong.
struct Ask {
    token: String,
    organization: &'static str,
    bucket: &'static str,
    what: What,
}

enum What {
    Write(String),
    Query(String),
    Path(&'static str),
}

impl Ask {
    fn write(lines: &str) -> Self {
        Ask {
            token: variable("WRITE"),
            organization: ORGANIZATION,
            bucket: BUCKET,
            what: What::Write(lines.to_owned()),
        }
    }

    fn query(flux: &str) -> Self {
        Ask { token: variable("READ"), what: What::Query(flux.to_owned()), ..Ask::write("") }
    }

    fn path(path: &'static str) -> Self {
        Ask { what: What::Path(path), ..Ask::write("") }
    }

    fn token(self, token: &str) -> Self {
        Ask { token: token.to_owned(), ..self }
    }

    /// Its status and its words.
    fn answer(&self) -> (u16, String) {
        let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let Ask { organization, bucket, .. } = self;
        let path = match &self.what {
            What::Write(_) => format!("/api/v2/write?org={organization}&bucket={bucket}&precision=ns"),
            What::Query(_) => format!("/api/v2/query?org={organization}"),
            What::Path(path) => (*path).to_owned(),
        };
        let address = format!("{}{path}", variable("URL"));
        let token = format!("Token {}", self.token);
        let request = agent.post(&address).header("Authorization", &token).header("Accept", "application/csv");
        let mut answer = match &self.what {
            What::Write(lines) => request.send(lines).unwrap(),
            What::Query(flux) => {
                let dialect = json!({ "annotations": ["datatype", "group", "default"], "header": true });
                let body = json!({ "query": flux, "type": "flux", "dialect": dialect });
                request.header("Content-Type", "application/json").send(body.to_string()).unwrap()
            }
            What::Path(_) => agent.get(&address).header("Authorization", &token).call().unwrap(),
        };
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }
}

/// What can only be seen to be wrong when it is done.
const FAILS: &str =
    "import \"array\"\n\narray.from(rows: [{_value: \"x\"}]) |> map(fn: (r) => ({_value: int(v: r._value)}))";

/// A question without an answer: its last result dies when the ones before are told already.
fn dies() -> String {
    let (script, _) = flux::compile(&[votes()], BUCKET);
    script.replace(
        "}])\n  |> yield(name: \"z\")",
        "}])\n  |> map(fn: (r) => ({r with _value: 1 / (r._value - 1)}))\n  |> yield(name: \"z\")",
    )
}

fn asks() -> Vec<(Recorded, Ask)> {
    let (both, _) = flux::compile(&[votes(), depth()], BUCKET);
    let read = |bucket| {
        format!("from(bucket: \"{bucket}\") |> range(start: 2026-11-25T12:00:00Z, stop: 2026-11-25T12:01:00Z)")
    };
    vec![
        (recorded::HEALTH, Ask::path("/health")),
        (recorded::NO_PATH, Ask::path("/api/v2/nothing")),
        (recorded::UNKNOWN_TOKEN, Ask::write("vote n=1i").token("stolen")),
        (recorded::UNKNOWN_TOKEN, Ask::query(&read(BUCKET)).token("stolen")),
        (recorded::MAY_NOT_WRITE, Ask::write("vote n=1i").token(&variable("READ"))),
        (recorded::MAY_NOT_READ, Ask::query(&read(BUCKET)).token(&variable("WRITE"))),
        (recorded::NO_BUCKET_TO_WRITE, Ask { bucket: "elsewhere", ..Ask::write("vote n=1i") }),
        (recorded::NO_BUCKET_TO_READ, Ask::query(&read("elsewhere"))),
        (recorded::NO_ORGANIZATION_TO_WRITE, Ask { organization: "elsewhere", ..Ask::write("vote n=1i") }),
        (recorded::NO_ORGANIZATION_TO_READ, Ask { organization: "elsewhere", ..Ask::query(&read(BUCKET)) }),
        (recorded::NO_LINE, Ask::write("vote n=1i\nvote n=\nvote n=2i")),
        (recorded::BEYOND_ALL_TIME, Ask::write("vote n=1i 9223372036854775807")),
        (recorded::ANOTHER_TYPE, Ask::write(&points().replace("n=7i", "n=7").replace("n=2i", "n=2"))),
        (recorded::TOO_OLD, Ask::write("vote n=1i 1000000000000000000\nvote n=2i 1000000001000000000")),
        (recorded::NO_FLUX, Ask::query("from(bucket: )")),
        (recorded::FLUX_THAT_FAILS, Ask::query(FAILS)),
        (recorded::VOTES, Ask::query(&both)),
        (recorded::NOTHING, Ask::query(&read(BUCKET).replace("2026", "2025"))),
        (recorded::ERROR_IN_THE_MIDDLE, Ask::query(&dies())),
    ]
}

/// An answer without what is another one each time: moments, numbers of buckets, versions.
fn kept(body: &str) -> String {
    let other =
        Regex::new(r#"\d{4}-\d\d-\d\dT[\d:.]+Z dropped|Bound at [^,]*?Z|[0-9a-f]{16}|"(version|commit)": "[^"]*""#)
            .unwrap();
    other.replace_all(body, "~").into_owned()
}

fn compare() {
    emptied();
    assert_eq!(Ask::write(&points()).answer(), (204, String::new()));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/influx/recorded");
    for (recorded, ask) in asks() {
        // Results come in any order, and an error tells of itself in the status if it comes first.
        let wanted = |(status, body): &(u16, String)| {
            let results: Vec<&str> = body.lines().filter(|line| line.starts_with("#default,")).collect();
            *status == recorded.status
                && (recorded.status != 200 || recorded.file.starts_with("error") || results.is_sorted())
        };
        let (status, body) =
            std::iter::repeat_with(|| ask.answer()).take(200).find(wanted).unwrap_or_else(|| ask.answer());
        assert_eq!(status, recorded.status, "{}: {body}", recorded.file);
        if std::env::var_os("RATEMYDERP_TEST_INFLUX_RECORD").is_some() {
            std::fs::write(folder.join(recorded.file), body).unwrap();
        } else {
            assert_eq!(kept(&body), kept(recorded.body), "{}", recorded.file);
        }
    }
}

#[tokio::test]
#[ignore = "asks a real InfluxDB, which there is none of in CI"]
async fn what_is_recorded_is_what_a_real_influxdb_says() {
    let _alone = ALONE.lock().await;
    tokio::task::spawn_blocking(compare).await.unwrap();
}
