//! A person with a browser, on real sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ureq::http::Response;
use ureq::{Agent, Body};

/// What an answer says.
pub struct Answer {
    pub status: u16,
    pub html: String,
}

impl Answer {
    pub fn photo(&self) -> Option<i64> {
        between(&self.html, "action=\"/submissions/", "/rating\"").and_then(|id| id.parse().ok())
    }

    pub fn csrf(&self) -> &str {
        between(&self.html, "name=\"csrf\" value=\"", "\"").expect("a form with a token")
    }

    /// "You have seen them all."
    pub fn is_end(&self) -> bool {
        self.status == 200 && self.html.contains("You have seen them all")
    }

    /// The page for when the database is away.
    pub fn is_apology(&self) -> bool {
        self.status == 503 && self.html.contains("The site is very busy or being repaired.")
    }
}

/// What became of a step towards the end of the deck.
#[derive(Debug, PartialEq)]
pub enum Step {
    Rated,
    /// The photo was taken down while they looked at it.
    TakenDown,
    SeenAll,
    /// The site apologised.
    TurnedAway,
    /// There was no answer, or half of one.
    CutOff,
}

/// Half of them have script, and vote as htmx does.
pub struct Visitor {
    pub number: u32,
    /// Photos whose vote was answered.
    pub rated: BTreeSet<i64>,
    /// Photos whose vote was sent, and the answer was an apology or none at all.
    pub unsure: BTreeSet<i64>,
    /// The card that the last vote was answered with.
    next: Option<Answer>,
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    pub fn new(number: u32) -> Self {
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)));
        Visitor {
            number,
            rated: BTreeSet::new(),
            unsure: BTreeSet::new(),
            next: None,
            agent: settings.build().into(),
            cookies: BTreeMap::new(),
        }
    }

    /// What they give a photo, whenever they are asked.
    pub fn score(&self, photo: i64) -> u8 {
        ((u64::from(self.number) * 31 + photo.unsigned_abs() * 17) % 10) as u8 + 1
    }

    /// Looks at the next photo at one door and rates it at another.
    pub fn step(&mut self, look: &str, vote: &str) -> Step {
        let page = match self.next.take() {
            Some(card) => card,
            None => match self.get(&format!("{look}/")) {
                Ok(page) => page,
                Err(_) => return Step::CutOff,
            },
        };
        if page.is_apology() {
            return Step::TurnedAway;
        }
        if page.is_end() {
            return Step::SeenAll;
        }
        assert_eq!(page.status, 200, "visitor {}: {}", self.number, page.html);
        let photo = page.photo().unwrap_or_else(|| panic!("visitor {} is shown no photo: {}", self.number, page.html));
        assert!(!self.rated.contains(&photo), "visitor {} is shown photo {photo} again", self.number);
        let script = self.number.is_multiple_of(2);
        let answer = self.rate(vote, photo, &page, script);
        match answer {
            Ok(answer) if answer.status == if script { 200 } else { 303 } => {
                self.rated.insert(photo);
                self.next = Some(answer).filter(|_| script);
                Step::Rated
            }
            Ok(answer) if answer.status == 404 => Step::TakenDown,
            Ok(answer) if answer.status == 503 => {
                self.unsure.insert(photo);
                Step::TurnedAway
            }
            Ok(answer) => panic!("visitor {} got {}: {}", self.number, answer.status, answer.html),
            Err(_) => {
                self.unsure.insert(photo);
                Step::CutOff
            }
        }
    }

    pub fn get(&mut self, url: &str) -> Result<Answer, ureq::Error> {
        let response = self.agent.get(url).header("Cookie", self.cookie()).call()?;
        self.read(response)
    }

    /// Sends the form of a page.
    pub fn rate(&mut self, door: &str, photo: i64, page: &Answer, script: bool) -> Result<Answer, ureq::Error> {
        let request = self.agent.post(format!("{door}/submissions/{photo}/rating"));
        let mut request =
            request.header("Cookie", self.cookie()).header("Content-Type", "application/x-www-form-urlencoded");
        if script {
            request = request.header("HX-Request", "true").header("HX-Request-Type", "partial");
        }
        let response = request.send(format!("csrf={}&score={}", page.csrf(), self.score(photo)))?;
        self.read(response)
    }

    /// Sends any body.
    pub fn post(&mut self, url: &str, content_type: &str, body: &[u8]) -> Result<Answer, ureq::Error> {
        let request = self.agent.post(url).header("Cookie", self.cookie()).header("Content-Type", content_type);
        let response = request.send(body)?;
        self.read(response)
    }

    /// Sends another form, with the token of the page that it stands on; gives the answer's status.
    pub fn submit(&mut self, page: &str, action: &str, body: &str) -> u16 {
        let page = self.get(page).expect("an answer");
        let body = format!("csrf={}&{body}", page.csrf());
        self.post(action, "application/x-www-form-urlencoded", body.as_bytes()).expect("an answer").status
    }

    /// What a browser sends back of our cookies.
    pub fn cookie(&self) -> String {
        let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        all.join("; ")
    }

    fn read(&mut self, mut response: Response<Body>) -> Result<Answer, ureq::Error> {
        let html = response.body_mut().read_to_string()?;
        for cookie in response.headers().get_all("Set-Cookie") {
            let cookie = cookie.to_str().expect("ASCII");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Answer { status: response.status().as_u16(), html })
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}
