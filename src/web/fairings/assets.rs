//! Stylesheet, scripts and icons: read, hashed and compressed at start.

mod stylesheet;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::http::{ContentType, Header, Status};
use rocket::request::{FromRequest, Outcome};
use rocket::response::{Responder, Response, Result as Responded};
use rocket::{Request, Route, State, get, routes};
use sha2::{Digest, Sha256};

use super::compress::accepts_gzip;
use crate::config::AssetsConfig;

pub fn routes() -> Vec<Route> {
    routes![show]
}

/// Every static file, by its hashed name.
pub struct Assets {
    by_hashed_name: BTreeMap<String, Asset>,
}

struct Asset {
    name: String,
    hash: String,
    content_type: ContentType,
    plain: Vec<u8>,
    gzip: Vec<u8>,
}

impl Assets {
    /// Reads our own files and htmx; the error says what is missing and how to get it.
    pub fn load(config: &AssetsConfig) -> Result<Self, String> {
        let mut by_hashed_name = BTreeMap::new();
        let mut add = |path: &Path| -> Result<(), String> {
            let asset = Asset::read(path)?;
            by_hashed_name.insert(asset.hashed_name(), asset);
            Ok(())
        };
        let folder = config.r#static();
        let files = std::fs::read_dir(&folder).map_err(|cause| format!("cannot read {}: {cause}", folder.display()))?;
        for file in files {
            let path = file.map_err(|cause| cause.to_string())?.path();
            // A folder holds what a stylesheet imports.
            if path.is_file() {
                add(&path)?;
            }
        }
        add(&config.npm().join("htmx.org/dist/htmx.min.js"))
            .map_err(|cause| format!("{cause}. `bin/dev` fetches the npm packages (or run `npm ci`)."))?;
        Ok(Assets { by_hashed_name })
    }

    /// The URL of each file, by its own name.
    pub fn urls(&self) -> BTreeMap<String, String> {
        let url = |(hashed, asset): (&String, &Asset)| (asset.name.clone(), format!("/static/{hashed}"));
        self.by_hashed_name.iter().map(url).collect()
    }
}

impl Asset {
    fn read(path: &Path) -> Result<Self, String> {
        let explain = |cause: std::io::Error| format!("cannot read {}: {cause}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let plain = match extension.as_ref() {
            "css" => stylesheet::read(path)?.into_bytes(),
            _ => std::fs::read(path).map_err(explain)?,
        };
        let content_type = ContentType::from_extension(&extension).unwrap_or(ContentType::Binary);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&plain).map_err(explain)?;
        let gzip = encoder.finish().map_err(explain)?;
        let hash = hex::encode(&Sha256::digest(&plain)[..8]);
        Ok(Asset { name, hash, content_type, plain, gzip })
    }

    fn hashed_name(&self) -> String {
        match self.name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}.{extension}", self.hash),
            None => format!("{}.{}", self.name, self.hash),
        }
    }
}

/// A static file under its hashed name, which never changes.
#[get("/static/<name>")]
pub fn show<'a>(name: &str, assets: &'a State<Arc<Assets>>) -> Option<Immutable<'a>> {
    let asset = assets.by_hashed_name.get(name)?;
    Some(Immutable {
        etag: format!("\"{}\"", asset.hash),
        content_type: asset.content_type.clone(),
        body: Body::Asset(asset),
    })
}

/// Bytes that never change under their URL: browsers keep them for a year, and learn by ETag that they still have them.
pub struct Immutable<'a> {
    etag: String,
    content_type: ContentType,
    body: Body<'a>,
}

enum Body<'a> {
    Asset(&'a Asset),
    Bytes(Vec<u8>),
    Known,
}

impl Immutable<'static> {
    pub fn jpeg(etag: String, bytes: Vec<u8>) -> Self {
        Immutable { etag, content_type: ContentType::JPEG, body: Body::Bytes(bytes) }
    }

    /// A JPEG that the browser says it has.
    pub fn known_jpeg(etag: String) -> Self {
        Immutable { etag, content_type: ContentType::JPEG, body: Body::Known }
    }
}

/// What the browser says it has already.
pub struct KnownTags<'r>(Vec<&'r str>);

impl<'r> KnownTags<'r> {
    fn of(request: &'r Request<'_>) -> Self {
        let sent = request.headers().get("If-None-Match").flat_map(|value| value.split(','));
        KnownTags(sent.map(|tag| tag.trim().trim_start_matches("W/")).collect())
    }

    /// Does it have this?
    pub fn has(&self, etag: &str) -> bool {
        self.0.iter().any(|&tag| tag == etag || tag == "*")
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KnownTags<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(KnownTags::of(request))
    }
}

impl<'r, 'a: 'r> Responder<'r, 'a> for Immutable<'a> {
    fn respond_to(self, request: &'r Request<'_>) -> Responded<'a> {
        let mut response = Response::build();
        response
            .header(Header::new("Cache-Control", "public, max-age=31536000, immutable"))
            .header(Header::new("ETag", self.etag.clone()))
            // A photo or script is of use to this site alone.
            .header(Header::new("Cross-Origin-Resource-Policy", "same-origin"));
        if matches!(self.body, Body::Asset(_)) {
            response.header(Header::new("Vary", "Accept-Encoding"));
        }
        if matches!(self.body, Body::Known) || KnownTags::of(request).has(&self.etag) {
            return response.status(Status::NotModified).ok();
        }
        response.header(self.content_type);
        match self.body {
            Body::Asset(asset) if accepts_gzip(request) => response
                .header(Header::new("Content-Encoding", "gzip"))
                .sized_body(asset.gzip.len(), Cursor::new(asset.gzip.as_slice())),
            Body::Asset(asset) => response.sized_body(asset.plain.len(), Cursor::new(asset.plain.as_slice())),
            Body::Bytes(bytes) => response.max_chunk_size(64 * 1024).sized_body(bytes.len(), Cursor::new(bytes)),
            Body::Known => &mut response,
        };
        response.ok()
    }
}
