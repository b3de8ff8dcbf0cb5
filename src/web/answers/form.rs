//! A form as it is shown, and shown again: what was typed, and what is wrong with it.

use std::collections::BTreeMap;

use rocket::http::Status;
use serde::Serialize;
use serde_json::{Value, json};

use super::view::View;
use crate::error::{Error, FieldError};
use crate::web::guards::visitor::Visitor;

/// What templates know as `form`: `values`, `wrong` by field, and all `errors` for the summary.
#[derive(Serialize, Default)]
pub struct FormView {
    csrf: String,
    values: BTreeMap<&'static str, String>,
    wrong: BTreeMap<&'static str, Option<String>>,
    errors: Vec<FieldError>,
    /// Fields as they come on the page.
    #[serde(skip)]
    order: Vec<&'static str>,
}

impl FormView {
    /// A form of this visitor's, without fields yet.
    pub fn of(visitor: &Visitor<'_>) -> Self {
        FormView { csrf: visitor.form_token(), ..FormView::default() }
    }

    /// The next field and what stands in it. Passwords are never sent back: theirs is empty.
    pub fn field(mut self, name: &'static str, value: &str) -> Self {
        self.values.insert(name, value.to_owned());
        self.wrong.insert(name, None);
        self.order.push(name);
        self
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// The value, or nothing when it is wrong, which is then kept. Any other error ends the request.
    pub fn check<T>(&mut self, parsed: Result<T, Error>) -> Result<Option<T>, Error> {
        match parsed {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(errors)) => {
                errors.into_iter().for_each(|error| self.add_error(error));
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// Something is wrong with a field; the first complaint about each is kept. Complaints are listed as their fields come.
    pub fn add_error(&mut self, error: FieldError) {
        let first = self.wrong.entry(error.field).or_default();
        if first.is_none() {
            *first = Some(error.message.clone());
            self.errors.push(error);
            let place = |name| self.order.iter().position(|&field| field == name);
            self.errors.sort_by_key(|error| place(error.field).unwrap_or(usize::MAX));
        }
    }

    /// The page with this form: 422 when something is wrong. Templates know it as `form`, beside `data`, which is an object.
    pub fn page(&self, template: &'static str, mut data: Value) -> View {
        data["form"] = json!(self);
        let status = if self.is_valid() { Status::Ok } else { Status::UnprocessableEntity };
        View::new(template, data).status(status)
    }

    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}
