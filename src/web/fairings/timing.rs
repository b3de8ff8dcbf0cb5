//! Every answer is counted: by address, class of status, and how long it took.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Instant;

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Method;
use rocket::{Data, Orbit, Request, Response, Rocket, Route};

use crate::metrics::recorder;

/// The places of addresses by their patterns, fixed at start.
#[derive(Default)]
pub struct Timing(OnceLock<HashMap<String, Vec<(Method, usize)>>>);

/// When a request came.
struct Began(Instant);

#[rocket::async_trait]
impl Fairing for Timing {
    fn info(&self) -> Info {
        Info { name: "timing", kind: Kind::Liftoff | Kind::Request | Kind::Response }
    }

    async fn on_liftoff(&self, rocket: &Rocket<Orbit>) {
        let mut routes: Vec<(Method, String)> =
            rocket.routes().map(|route| (route.method, pattern(route).to_owned())).collect();
        routes.sort_by(|(a, a_pattern), (b, b_pattern)| (a_pattern, a.as_str()).cmp(&(b_pattern, b.as_str())));
        routes.dedup();
        recorder().know_routes(routes.iter().map(|(method, pattern)| format!("{method} {pattern}")).collect());
        let mut places: HashMap<String, Vec<(Method, usize)>> = HashMap::new();
        for (place, (method, pattern)) in routes.into_iter().enumerate() {
            places.entry(pattern).or_default().push((method, place));
        }
        let _ = self.0.set(places);
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        request.local_cache(|| Began(Instant::now()));
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let began = request.local_cache(|| Began(Instant::now()));
        let place = request.route().and_then(|route| self.place(route));
        recorder().answered(place, response.status().code, began.0.elapsed());
    }
}

impl Timing {
    fn place(&self, route: &Route) -> Option<usize> {
        let method = route.method;
        let places = self.0.get()?.get(pattern(route))?;
        places.iter().find(|(known, _)| *known == method).map(|(_, place)| *place)
    }
}

/// An address as it is written at its handler, without what may stand behind a question mark.
fn pattern(route: &Route) -> &str {
    route.uri.path()
}
