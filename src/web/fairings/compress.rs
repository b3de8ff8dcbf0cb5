//! Pages are sent gzipped to browsers that take it.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::Header;
use rocket::{Request, Response};

/// Below this many bytes compressing costs more than it saves.
const WORTH_IT: usize = 512;

/// Above this many bytes it has to be quick: only a form that shows again what somebody typed is so long, and that can be chosen to take
/// the best compression a tenth of a second.
const LONG: usize = 64 << 10;

/// Compresses HTML, feeds and plain text; static files come compressed, photos cannot be.
pub struct Gzip;

#[rocket::async_trait]
impl Fairing for Gzip {
    fn info(&self) -> Info {
        Info { name: "gzip", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let text = response.content_type().is_some_and(|kind| {
            let xml = kind.top() == "application" && kind.sub().as_str().ends_with("xml");
            xml || kind.is_html() || kind.is_plain()
        });
        if !text || response.headers().contains("Content-Encoding") {
            return;
        }
        response.adjoin_header(Header::new("Vary", "Accept-Encoding"));
        if !accepts_gzip(request) || response.body().preset_size().is_none_or(|size| size < WORTH_IT) {
            return;
        }
        let Ok(plain) = response.body_mut().to_bytes().await else {
            return;
        };
        let (body, encoded) = match gzip(&plain) {
            Ok(gzip) => (gzip, true),
            Err(_) => (plain, false),
        };
        if encoded {
            response.set_header(Header::new("Content-Encoding", "gzip"));
        }
        response.set_sized_body(body.len(), Cursor::new(body));
    }
}

/// Does the browser take gzip? A quality of zero means that it does not.
pub fn accepts_gzip(request: &Request<'_>) -> bool {
    request.headers().get("Accept-Encoding").flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").and_then(|q| q.trim().parse::<f32>().ok()) == Some(0.0);
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let level = if plain.len() > LONG { Compression::fast() } else { Compression::best() };
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 2), level);
    encoder.write_all(plain)?;
    encoder.finish()
}
