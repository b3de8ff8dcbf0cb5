//! What an owner says about a photo, as it is typed, when it is new and ever after.

use rocket::http::Status;
use serde::Serialize;

use super::photo::Photo;
use crate::error::FieldError;
use crate::submissions::Submission;
use crate::submissions::crop::Crop;
use crate::submissions::text::{Description, Name};
use crate::submissions::upload::Details;
use crate::web::answers::form::FormView;
use crate::web::guards::upload::UploadForm;
use crate::web::guards::visitor::Visitor;

/// Common animals, offered while one types.
const SPECIES: [&str; 24] = [
    "alpaca",
    "bird",
    "budgie",
    "cat",
    "chicken",
    "cow",
    "dog",
    "donkey",
    "duck",
    "ferret",
    "fish",
    "frog",
    "goat",
    "guinea pig",
    "hamster",
    "hedgehog",
    "horse",
    "lizard",
    "owl",
    "parrot",
    "pig",
    "rabbit",
    "sheep",
    "tortoise",
];

/// The fields that owners type, with what is wrong with them.
#[derive(Serialize)]
pub struct PhotoForm {
    #[serde(flatten)]
    view: FormView,
    species_known: &'static [&'static str],
    crops: Vec<Choice>,
    #[serde(skip)]
    pub status: Status,
}

/// A place for the square.
#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
    checked: bool,
}

/// A photo with the same file.
#[derive(Serialize)]
pub struct DuplicateView {
    pub id: i64,
    pub title: String,
    /// What it looks like, once it is ready.
    pub photo: Option<Photo>,
}

pub struct Typed<'t> {
    pub title: &'t str,
    pub species: &'t str,
    /// For people who cannot see it.
    pub description: &'t str,
    /// Where the square is to sit.
    pub crop: &'t str,
    /// The ticked box of a new photo.
    pub terms: &'t str,
}

impl PhotoForm {
    pub fn empty(visitor: &Visitor<'_>) -> Self {
        Self::filled(&Typed { title: "", species: "", description: "", crop: "auto", terms: "" }, visitor)
    }

    pub fn of(photo: &Submission, visitor: &Visitor<'_>) -> Self {
        let typed = Typed {
            title: &photo.title,
            species: &photo.species,
            description: &photo.alt_text,
            crop: photo.crop.name(),
            terms: "",
        };
        Self::filled(&typed, visitor)
    }

    /// Reads a form with a file.
    pub fn read(upload: &UploadForm, visitor: &Visitor<'_>) -> (Self, Option<Details>) {
        let [title, species, description, crop, terms] =
            ["title", "species", "description", "crop", "terms"].map(|name| upload.value(name));
        Self::check(&Typed { title, species, description, crop, terms }, visitor)
    }

    /// Reads what was typed; without details something is wrong with it.
    pub fn check(typed: &Typed<'_>, visitor: &Visitor<'_>) -> (Self, Option<Details>) {
        let mut form = Self::filled(typed, visitor);
        let title = form.parsed("title", Name::parse(typed.title, "the animal's name"));
        let species = form.parsed("species", Name::parse(typed.species, "what kind of animal it is"));
        let alt_text = form.parsed("description", Description::parse(typed.description));
        let crop = Crop::parse(typed.crop).ok_or_else(|| "Choose where the square should sit.".to_owned());
        let crop = form.parsed("crop", crop);
        let details = match (title, species, alt_text, crop) {
            (Some(title), Some(species), Some(alt_text), Some(crop)) => {
                Some(Details { title, species, alt_text, crop })
            }
            _ => None,
        };
        (form, details)
    }

    /// Something is wrong with a field.
    pub fn add_error(&mut self, field: &'static str, message: &str) {
        self.add_field_error(FieldError { field, message: message.to_owned() });
    }

    /// The same, ready made.
    pub fn add_field_error(&mut self, error: FieldError) {
        self.view.add_error(error);
        if self.status == Status::Ok {
            self.status = Status::UnprocessableEntity;
        }
    }

    pub fn is_valid(&self) -> bool {
        self.view.is_valid()
    }

    fn filled(typed: &Typed<'_>, visitor: &Visitor<'_>) -> Self {
        let view = FormView::of(visitor)
            .field("file", "")
            .field("title", typed.title)
            .field("species", typed.species)
            .field("description", typed.description)
            .field("crop", typed.crop)
            .field("terms", typed.terms);
        let choice = |(_, value, label): (Crop, &'static str, &'static str)| Choice {
            value,
            label,
            checked: value == typed.crop,
        };
        PhotoForm {
            view,
            species_known: &SPECIES,
            crops: Crop::ALL.into_iter().map(choice).collect(),
            status: Status::Ok,
        }
    }

    fn parsed<T>(&mut self, field: &'static str, parsed: Result<T, String>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(message) => {
                self.add_field_error(FieldError { field, message });
                None
            }
        }
    }
}

/// Said of a file that is here already.
pub fn duplicate_message(own: bool) -> &'static str {
    if own { "You have sent in this very file before." } else { "This very file has been sent in before." }
}
