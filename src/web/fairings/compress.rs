//! Pages are sent gzipped to browsers that take it.

use std::cell::RefCell;
use std::io::Cursor;

use flate2::{Compress, Compression, FlushCompress, Status};
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

thread_local! {
    /// One for each thread: to make its tables takes longer than to pack a small page.
    static PACKERS: RefCell<Packers> = RefCell::new(Packers { best: packer(Compression::best()), quick: packer(Compression::fast()) });
}

struct Packers {
    best: Compress,
    quick: Compress,
}

/// How far back it looks for what is there already, as a power of two: gzip's most.
const WINDOW_BITS: u8 = 15;

fn packer(level: Compression) -> Compress {
    Compress::new_gzip(level, WINDOW_BITS)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>, flate2::CompressError> {
    PACKERS.with_borrow_mut(|packers| {
        let packer = if plain.len() > LONG { &mut packers.quick } else { &mut packers.best };
        packer.reset();
        let mut packed = Vec::with_capacity(plain.len() / 2);
        let mut read = 0;
        while packer.compress_vec(&plain[read..], &mut packed, FlushCompress::Finish)? != Status::StreamEnd {
            read = packer.total_in() as usize;
            packed.reserve(plain.len() / 2);
        }
        Ok(packed)
    })
}
