//! What the forms send that act on jobs. Every field is read or refused: a filter that lost one would match other jobs.

use rocket::form::{self, DataField, FromForm, Options, ValueField};

use crate::error::{Error, FieldError};
use crate::operations::single::Fence;
use crate::operations::{Request, Selection};
use crate::queue::JobState;
use crate::queue::board::{JobFilter, Known};

/// The fields as they were sent; those that it does not know are parts of a filter.
#[derive(Default)]
pub struct ActForm<'r> {
    pub verb: &'r str,
    pub numbers: Vec<&'r str>,
    pub value: &'r str,
    pub reason: &'r str,
    /// Of a single job, as its page showed it.
    pub attempt: Option<&'r str>,
    /// Likewise; without an attempt it is a part of the filter.
    pub state: Option<&'r str>,
    /// The page to show again.
    pub back: Option<&'r str>,
    /// Of the filter.
    pub others: Vec<(&'r str, &'r str)>,
}

#[rocket::async_trait]
impl<'r> FromForm<'r> for ActForm<'r> {
    type Context = ActForm<'r>;

    fn init(_: Options) -> Self::Context {
        Default::default()
    }

    fn push_value(form: &mut Self::Context, field: ValueField<'r>) {
        let value = field.value;
        match field.name.source().as_str() {
            "csrf" => {}
            "verb" => form.verb = value,
            "numbers" => form.numbers.push(value),
            "value" => form.value = value,
            "reason" => form.reason = value,
            "attempt" => form.attempt = Some(value),
            "state" => form.state = Some(value),
            "back" => form.back = Some(value),
            other => form.others.push((other, value)),
        }
    }

    async fn push_data(form: &mut Self::Context, field: DataField<'r, '_>) {
        form.others.push((field.name.source().as_str(), ""));
    }

    fn finalize(form: Self::Context) -> form::Result<'r, Self> {
        Ok(form)
    }
}

impl ActForm<'_> {
    /// What is to be done, and for a single job what was seen of it.
    pub fn parse(&self, known: &Known) -> Result<(Request, Option<Fence>), Error> {
        if self.numbers.is_empty() {
            let state = self.state.map(|state| ("state", state));
            let filter = JobFilter::parse(self.others.iter().copied().chain(state), known).map_err(Error::Invalid)?;
            let request = Request::parse(self.verb, self.value, self.reason, Selection::Filter(filter))?;
            return Ok((request, None));
        }
        if let Some((name, _)) = self.others.first() {
            let name: String = name.chars().take(40).collect();
            let message = format!("Send numbers or a filter, not both: here came {name:?} as well.");
            return Err(Error::Invalid(vec![FieldError { field: "numbers", message }]));
        }
        let jobs = Selection::numbers(self.numbers.iter().copied())?;
        let single = matches!(&jobs, Selection::Numbers(numbers) if numbers.len() == 1);
        let request = Request::parse(self.verb, self.value, self.reason, jobs)?;
        let fence = match (self.attempt, self.state) {
            (None, None) => None,
            (attempt, state) => Some(fence(attempt, state).filter(|_| single).ok_or_else(|| {
                let text = "This form does not say what the job was when you looked. Open the job’s page again.";
                Error::invalid("numbers", text)
            })?),
        };
        Ok((request, fence))
    }
}

fn fence(attempt: Option<&str>, state: Option<&str>) -> Option<Fence> {
    Some(Fence { attempt: attempt?.parse().ok()?, state: state?.parse::<JobState>().ok()? })
}
