//! Handlebars templates; shared by pages and mail.

mod helpers;

pub use helpers::{group_thousands, ordinal};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use handlebars::Handlebars;
use serde::Serialize;
use walkdir::WalkDir;

/// Every template of a folder, compiled.
pub struct Templates {
    html: Registry,
    text: Registry,
}

/// Why a template cannot be read or rendered.
#[derive(Debug)]
pub enum Error {
    /// A file or folder cannot be read.
    Read(std::io::Error),
    /// A template is malformed.
    Load(Box<handlebars::TemplateError>),
    /// A template is missing, or the data does not fit it.
    Render(Box<handlebars::RenderError>),
}

impl Templates {
    /// Reads `<folder>/<part>/**/*.html.hbs`, which escape what is put into them and lose their indentation, and `*.txt.hbs`,
    /// which do neither; names are paths from the folder, without the extension. `assets` maps names of static files to their
    /// URLs. With `reload` all are read anew when one has changed.
    pub fn load(
        folder: &Path,
        part: &'static str,
        assets: BTreeMap<String, String>,
        reload: bool,
    ) -> Result<Self, Error> {
        let source = |kind| Source { folder: folder.to_owned(), part, assets: assets.clone(), kind, reload };
        Ok(Templates { html: Registry::load(source(Kind::Html))?, text: Registry::load(source(Kind::Text))? })
    }

    /// One template with its data, as HTML.
    pub fn render<T: Serialize>(&self, name: &str, data: &T) -> Result<String, Error> {
        self.html.render(name, data)
    }

    /// One template with its data, as plain text.
    pub fn text<T: Serialize>(&self, name: &str, data: &T) -> Result<String, Error> {
        self.text.render(name, data)
    }
}

/// All templates of one kind, and where they come from.
struct Registry {
    source: Source,
    compiled: RwLock<Arc<Compiled>>,
}

struct Source {
    folder: PathBuf,
    part: &'static str,
    assets: BTreeMap<String, String>,
    kind: Kind,
    reload: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    Html,
    Text,
}

struct Compiled {
    files: Files,
    handlebars: Handlebars<'static>,
}

/// Template files, by the names of their templates.
type Files = BTreeMap<String, File>;

/// Another time or length shows that somebody has edited it.
#[derive(PartialEq)]
struct File {
    path: PathBuf,
    written: Option<SystemTime>,
    length: u64,
}

impl Registry {
    fn load(source: Source) -> Result<Self, Error> {
        let compiled = source.compile(source.files()?)?;
        Ok(Registry { source, compiled: RwLock::new(Arc::new(compiled)) })
    }

    fn render<T: Serialize>(&self, name: &str, data: &T) -> Result<String, Error> {
        self.current()?.handlebars.render(name, data).map_err(|cause| Error::Render(Box::new(cause)))
    }

    fn current(&self) -> Result<Arc<Compiled>, Error> {
        let compiled = Arc::clone(&self.compiled.read().unwrap_or_else(PoisonError::into_inner));
        if !self.source.reload {
            return Ok(compiled);
        }
        let files = self.source.files()?;
        if files == compiled.files {
            return Ok(compiled);
        }
        let compiled = Arc::new(self.source.compile(files)?);
        *self.compiled.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&compiled);
        Ok(compiled)
    }
}

impl Source {
    fn files(&self) -> Result<Files, Error> {
        let extension = match self.kind {
            Kind::Html => ".html.hbs",
            Kind::Text => ".txt.hbs",
        };
        let mut files = Files::new();
        for entry in WalkDir::new(self.folder.join(self.part)) {
            let entry = entry.map_err(|cause| Error::Read(cause.into()))?;
            let path = entry.path();
            let name = path.strip_prefix(&self.folder).ok().and_then(Path::to_str);
            // Names with a dot in front belong to editors.
            if let Some(name) = name.and_then(|name| name.strip_suffix(extension))
                && !entry.file_name().as_encoded_bytes().starts_with(b".")
            {
                let metadata = entry.metadata().map_err(|cause| Error::Read(cause.into()))?;
                let (written, length) = (metadata.modified().ok(), metadata.len());
                files.insert(name.to_owned(), File { path: path.to_owned(), written, length });
            }
        }
        Ok(files)
    }

    fn compile(&self, files: Files) -> Result<Compiled, Error> {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        helpers::register(&mut handlebars, &self.assets);
        let mut sources = Sources::new();
        for (name, file) in &files {
            let mut template = std::fs::read_to_string(&file.path).map_err(Error::Read)?;
            if matches!(self.kind, Kind::Html) {
                template = without_indentation(&template);
            }
            sources.insert(name, template);
        }
        for name in sources.keys() {
            let template = with_partials(name, &sources, &mut Vec::new());
            handlebars.register_template_string(name, template).map_err(|cause| Error::Load(Box::new(cause)))?;
        }
        if matches!(self.kind, Kind::Text) {
            handlebars.register_escape_fn(handlebars::no_escape);
        }
        Ok(Compiled { files, handlebars })
    }
}

/// Indentation is for whoever reads templates, and costs bytes in pages: spaces at the beginning of a line go. The line break
/// stays, since between links or words it is a space. Nothing changes inside `<pre>` and `<textarea>`.
fn without_indentation(html: &str) -> String {
    let mut kept = String::with_capacity(html.len());
    let mut verbatim = false;
    for line in html.split_inclusive('\n') {
        kept += if verbatim { line } else { line.trim_start_matches([' ', '\t']) };
        let last = |tags: [&str; 2]| tags.into_iter().filter_map(|tag| line.rfind(tag)).max();
        let (opened, closed) = (last(["<pre", "<textarea"]), last(["</pre", "</textarea"]));
        if opened != closed {
            verbatim = opened > closed;
        }
    }
    kept
}

/// Texts of templates, by their names.
type Sources<'a> = BTreeMap<&'a str, String>;

/// A template with the partials that it uses without arguments put in where they are used: when a page is made, each of them would
/// have a copy of all its data. Only whole lines take the place of a line, and a part of one that of a part; what looks above itself stays
/// a partial.
fn with_partials<'a>(name: &'a str, sources: &Sources<'a>, within: &mut Vec<&'a str>) -> String {
    let Some(mut rest) = sources.get(name).map(String::as_str) else { return String::new() };
    within.push(name);
    let mut whole = String::with_capacity(rest.len());
    while let Some((before, (tag, after))) =
        rest.split_once("{{> ").and_then(|(before, from)| Some((before, from.split_once("}}")?)))
    {
        whole += before;
        rest = after;
        let line = (whole.is_empty() || whole.ends_with('\n')).then(|| after.strip_prefix('\n')).flatten();
        let partial = sources.get_key_value(tag.trim()).filter(|(name, partial)| {
            let fits = if line.is_some() { partial.ends_with('\n') } else { !partial.contains('\n') };
            fits && !within.contains(name) && !partial.contains("../")
        });
        match partial {
            Some((name, _)) => {
                whole += &with_partials(name, sources, within);
                rest = line.unwrap_or(after);
            }
            None => whole.extend(["{{> ", tag, "}}"]),
        }
    }
    within.pop();
    whole + rest
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Read(cause) => write!(f, "cannot read templates: {cause}"),
            Error::Load(cause) => write!(f, "cannot load templates: {cause}"),
            Error::Render(cause) => write!(f, "cannot render: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for crate::error::Error {
    fn from(cause: Error) -> Self {
        crate::error::Error::Internal(cause.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{Templates, without_indentation};

    #[test]
    fn indentation_is_not_sent() {
        for (template, sent) in [
            ("<ul>\n  <li>\n    One\n  </li>\n</ul>\n", "<ul>\n<li>\nOne\n</li>\n</ul>\n"),
            ("  <a>One</a>\n\t<a>two  three</a>", "<a>One</a>\n<a>two  three</a>"),
            ("  <pre>\n  a\n  </pre>\n  <p>\n", "<pre>\n  a\n  </pre>\n<p>\n"),
            ("  <textarea>\n  a\n\n  b</textarea>\n  <p>", "<textarea>\n  a\n\n  b</textarea>\n<p>"),
            ("  <pre>a</pre>\n  <p>", "<pre>a</pre>\n<p>"),
            ("  <pre>a</pre><pre>\n  b", "<pre>a</pre><pre>\n  b"),
        ] {
            assert_eq!(without_indentation(template), sent);
        }
    }

    #[test]
    fn what_is_put_in_keeps_its_spaces_and_texts_their_indentation() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, template: &str| std::fs::write(folder.path().join(name), template).unwrap();
        write("_part.html.hbs", "  <pre>{{words}}</pre>\n");
        write("page.html.hbs", "<main>\n  {{#if words}}\n    {{> _part}}\n  {{/if}}\n</main>\n");
        write("page.txt.hbs", "  {{words}}\n");
        let templates = Templates::load(folder.path(), "", Default::default(), false).unwrap();
        let data = serde_json::json!({ "words": "a\n  b" });
        assert_eq!(templates.render("page", &data).unwrap(), "<main>\n<pre>a\n  b</pre>\n</main>\n");
        assert_eq!(templates.text("page", &data).unwrap(), "  a\n  b\n");
    }

    #[test]
    fn partials_are_put_in_as_handlebars_does_it() {
        let files = [
            ("_line", "<b>{{words}}</b>"),
            ("_lines", "{{#if words}}\n<p>{{> _line}}</p>\n{{/if}}\n"),
            ("_above", "{{../words}}\n"),
            ("_again", "{{#if more}}{{#with more}}{{> _again}}{{/with}}{{/if}}{{words}}"),
            ("_given", "{{given}}"),
            (
                "page",
                "<main>\n{{> _lines}}\n<i>{{> _line}}</i> <i>{{> _lines}}</i>\n{{#each list}}\n{{> _above}}\n{{/each}}\n{{> _again}}\n{{> _given given=words}}\n</main>\n",
            ),
        ];
        let folder = tempfile::tempdir().unwrap();
        let mut plain = handlebars::Handlebars::new();
        for (name, text) in files {
            std::fs::write(folder.path().join(format!("{name}.html.hbs")), text).unwrap();
            plain.register_template_string(name, text).unwrap();
        }
        let templates = Templates::load(folder.path(), "", Default::default(), false).unwrap();
        for data in [
            serde_json::json!({ "words": "a <b>", "list": [{ "words": "one" }], "more": { "words": "two", "more": false } }),
            serde_json::json!({ "words": "", "list": [], "more": null }),
        ] {
            assert_eq!(templates.render("page", &data).unwrap(), plain.render("page", &data).unwrap());
        }
    }

    #[test]
    fn a_changed_template_is_read_anew_where_somebody_edits_them() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, template: &str| std::fs::write(folder.path().join(name), template).unwrap();
        write("page.html.hbs", "old");
        let load = |reload| Templates::load(folder.path(), "", Default::default(), reload).unwrap();
        let (edited, kept) = (load(true), load(false));
        assert_eq!(edited.render("page", &()).unwrap(), "old");
        write("page.html.hbs", "{{> part}}");
        write("part.html.hbs", "new");
        assert_eq!(edited.render("page", &()).unwrap(), "new");
        assert_eq!(kept.render("page", &()).unwrap(), "old");
        write("page.html.hbs", "{{#if}}");
        assert!(edited.render("page", &()).is_err());
    }
}
