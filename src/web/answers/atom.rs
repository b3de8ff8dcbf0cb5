//! Feeds as Atom (RFC 4287).

use chrono::{DateTime, Utc};
use rocket::http::ContentType;

use super::document::Document;
use super::xml::{escape, time};

/// A list of photos. Addresses are whole.
pub struct Feed {
    pub title: String,
    /// Its own address, and its name for ever.
    pub address: String,
    /// The page that shows the same to people.
    pub page: String,
    /// When the list was last another one; nothing: when its newest entry was.
    pub changed: Option<DateTime<Utc>>,
    pub entries: Vec<Entry>,
}

/// A photo in it.
pub struct Entry {
    /// The photo's page, and its name for ever.
    pub address: String,
    pub title: String,
    pub author: String,
    pub species: String,
    pub published: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// Its picture, in words too.
    pub picture: String,
    pub alt: String,
    /// What is said of it here.
    pub words: String,
}

impl From<Feed> for Document {
    fn from(feed: Feed) -> Self {
        let newest = feed.entries.iter().map(|entry| entry.updated).max();
        let changed = feed.changed.or(newest);
        // RFC 4287 wants a time even of an empty list.
        let updated = newest.unwrap_or_default();
        let (title, address, page) = (escape(&feed.title), escape(&feed.address), escape(&feed.page));
        let entries: String = feed.entries.iter().map(Entry::to_xml).collect();
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n\
             <id>{address}</id>\n<title>{title}</title>\n<updated>{}</updated>\n\
             <link rel=\"self\" type=\"application/atom+xml\" href=\"{address}\"/>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{page}\"/>\n<generator>RateMyDerp</generator>\n{entries}</feed>\n",
            time(updated)
        );
        Document { changed, ..Document::new(ContentType::new("application", "atom+xml"), text) }
    }
}

impl Entry {
    fn to_xml(&self) -> String {
        let [address, title, author, species, picture] =
            [&self.address, &self.title, &self.author, &self.species, &self.picture].map(|text| escape(text));
        let html =
            format!("<p><img src=\"{picture}\" alt=\"{}\"></p><p>{}</p>", escape(&self.alt), escape(&self.words));
        format!(
            "<entry>\n<id>{address}</id>\n<title>{title}</title>\n<published>{}</published>\n<updated>{}</updated>\n\
             <author><name>{author}</name></author>\n<category term=\"{species}\"/>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{address}\"/>\n\
             <link rel=\"enclosure\" type=\"image/jpeg\" href=\"{picture}\"/>\n\
             <content type=\"html\">{}</content>\n</entry>\n",
            time(self.published),
            time(self.updated),
            escape(&html)
        )
    }
}
