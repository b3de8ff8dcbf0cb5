//! What an InfluxDB 2.7 answered, word for word. The test in `influx/real/recorded.rs` asked for each, compares them with what a real one
//! says today, and can write them anew. Pages of a proxy are asked for by hand.

/// An answer as it came.
#[derive(Debug, Clone, Copy)]
pub struct Recorded {
    pub file: &'static str,
    pub status: u16,
    pub body: &'static str,
}

macro_rules! recorded {
    ($($name:ident = $status:literal $file:literal;)*) => {
        $(pub const $name: Recorded =
            Recorded { file: $file, status: $status, body: include_str!(concat!("../../influx/recorded/", $file)) };)*
        /// Each of them.
        pub const ALL: &[Recorded] = &[$($name),*];
    };
}

recorded! {
    HEALTH = 200 "health.json";
    UNKNOWN_TOKEN = 401 "unknown_token.json";
    MAY_NOT_WRITE = 403 "may_not_write.json";
    MAY_NOT_READ = 404 "may_not_read.json";
    NO_BUCKET_TO_WRITE = 404 "no_bucket_to_write.json";
    NO_BUCKET_TO_READ = 404 "no_bucket_to_read.json";
    NO_ORGANIZATION_TO_WRITE = 404 "no_organization_to_write.json";
    NO_ORGANIZATION_TO_READ = 400 "no_organization_to_read.json";
    NO_LINE = 400 "no_line.json";
    BEYOND_ALL_TIME = 400 "beyond_all_time.json";
    ANOTHER_TYPE = 422 "another_type.json";
    TOO_OLD = 422 "too_old.json";
    NO_FLUX = 400 "no_flux.json";
    FLUX_THAT_FAILS = 400 "flux_that_fails.json";
    NO_PATH = 404 "no_path.json";
    VOTES = 200 "votes.csv";
    NOTHING = 200 "nothing.csv";
    ERROR_IN_THE_MIDDLE = 200 "error_in_the_middle.csv";
    // Of the nginx in front of it, which is set up as in `deploy/influxdb/nginx.conf`.
    PROXY_ALONE = 502 "proxy_alone.html";
    PROXY_REFUSES = 403 "proxy_refuses.html";
    PROXY_KNOWS_NOTHING = 404 "proxy_knows_nothing.html";
    TOO_LARGE = 413 "too_large.html";
}

impl Recorded {
    /// The answer with other words in it. What is replaced has to be there.
    pub fn with(self, swaps: &[(&str, &str)]) -> (u16, String) {
        let mut body = self.body.to_owned();
        for (from, to) in swaps {
            let [from, to] = [from, to].map(|text| escaped(text));
            assert!(body.contains(&from), "{} does not say {from}: {body}", self.file);
            body = body.replace(&from, &to);
        }
        (self.status, body)
    }
}

/// As it stands between the quotes of JSON.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
