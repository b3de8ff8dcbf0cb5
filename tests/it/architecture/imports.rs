//! Which file uses which, read from their paths without a parser: enough for sources that `rustfmt` has written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module by its path in its crate, as in `["web", "join"]`; the crate's root is empty.
pub type Module = Vec<String>;

/// For each module those that it uses.
pub type Arrows = BTreeMap<Module, BTreeSet<Module>>;

/// The files of one crate.
pub struct Tree {
    /// The crate's name, as its binary and its tests write it.
    own: String,
    files: BTreeMap<Module, Vec<String>>,
}

/// A path that is made known in a file by `use`.
struct Import {
    path: Vec<String>,
    /// What the file calls it.
    name: String,
    /// Does the file pass it on?
    public: bool,
}

impl Tree {
    /// Every `*.rs` below this folder.
    pub fn read(folder: &Path, own: &str) -> Self {
        let mut files = vec![];
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(folder).expect("below").with_extension("");
                    files.push((name.to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("text")));
                }
            }
        }
        Self::of(files, own)
    }

    /// Files by their paths without the ending, as in `web/join`.
    pub fn of(files: Vec<(String, String)>, own: &str) -> Self {
        let module = |name: &str| if name == "lib" { vec![] } else { name.split('/').map(Into::into).collect() };
        let files = files.into_iter().map(|(name, source)| (module(&name), without_tests(tokens(&source)))).collect();
        Tree { own: own.to_owned(), files }
    }

    /// Who uses whom. What a module passes on from another one (`pub use`) is looked for where it stands.
    pub fn arrows(&self) -> Arrows {
        let passed_on: BTreeMap<&Module, Vec<Import>> =
            self.files.iter().map(|(module, tokens)| (module, self.read_imports(module, tokens).0)).collect();
        let mut arrows = Arrows::new();
        for (module, tokens) in &self.files {
            let (imports, rest) = self.read_imports(module, tokens);
            let paths = imports.into_iter().map(|import| import.path).chain(self.paths_in(module, &rest));
            let targets = paths.filter_map(|path| self.find(path, &passed_on)).filter(|target| target != module);
            arrows.entry(module.clone()).or_default().extend(targets);
        }
        arrows
    }

    /// The file that a path leads to; nothing when it leads to another crate.
    fn find(&self, path: Vec<String>, passed_on: &BTreeMap<&Module, Vec<Import>>) -> Option<Module> {
        let mut path = path;
        // Nothing is passed on more often than that.
        for _ in 0..10 {
            if path == [OUTSIDE] {
                return None;
            }
            let known = (0..=path.len()).rev().find(|&length| self.files.contains_key(&path[..length]))?;
            let (module, rest) = (path[..known].to_vec(), path[known..].to_vec());
            let import = rest
                .first()
                .and_then(|name| passed_on[&module].iter().find(|import| import.public && import.name == *name));
            match import {
                Some(import) if import.path == [OUTSIDE] => return None,
                Some(import) => path = import.path.iter().chain(&rest[1..]).cloned().collect(),
                None => return Some(module),
            }
        }
        None
    }

    /// The imports of a file that stay in its crate, and everything else in it.
    fn read_imports(&self, module: &Module, tokens: &[String]) -> (Vec<Import>, Vec<String>) {
        let (mut imports, mut rest) = (vec![], vec![]);
        let mut at = 0;
        while at < tokens.len() {
            if tokens[at] != "use" {
                rest.push(tokens[at].clone());
                at += 1;
                continue;
            }
            let public = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
            let mut leaves = vec![];
            at = read_tree(tokens, at + 1, &[], &mut leaves);
            for (path, name) in leaves {
                match self.absolute(module, &path) {
                    Some(path) => imports.push(Import { path, name, public }),
                    // Another crate's, which a module below may ask for here: it leads out of the tree.
                    None if public => imports.push(Import { path: vec![OUTSIDE.to_owned()], name, public }),
                    None => {}
                }
            }
        }
        (imports, rest)
    }

    /// Paths that are written where they are used.
    fn paths_in(&self, module: &Module, tokens: &[String]) -> Vec<Vec<String>> {
        let mut paths = vec![];
        for (at, token) in tokens.iter().enumerate() {
            let begins = at == 0 || !matches!(tokens[at - 1].as_str(), "::" | "." | "in");
            if !begins || tokens.get(at + 1).is_none_or(|next| next != "::") {
                continue;
            }
            let mut path = vec![token.clone()];
            let mut next = at + 1;
            while tokens.get(next).is_some_and(|token| token == "::")
                && tokens.get(next + 1).is_some_and(|t| is_word(t))
            {
                path.push(tokens[next + 1].clone());
                next += 2;
            }
            paths.extend(self.absolute(module, &path));
        }
        paths
    }

    /// The path from the crate's root, unless it leads to another crate or stays in the file.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        // What the binary declares stands beside it.
        let here: Module = if *module == ["main"] { vec![] } else { module.clone() };
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            own if own == self.own => Some(rest.to_vec()),
            "self" => Some([here, rest.to_vec()].concat()),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                let above = here[..here.len().checked_sub(ups)?].to_vec();
                Some([above, path[ups..].to_vec()].concat())
            }
            _ => {
                let child = [here, path.to_vec()].concat();
                self.files.contains_key(&child[..=module_length(module)]).then_some(child)
            }
        }
    }
}

/// Stands for everything that is not in the tree.
const OUTSIDE: &str = "(outside)";

fn module_length(module: &Module) -> usize {
    if *module == ["main"] { 0 } else { module.len() }
}

/// Reads one tree of a `use` from `at` on; gives the place behind it. Leaves are paths and what they are called.
fn read_tree(tokens: &[String], at: usize, prefix: &[String], leaves: &mut Vec<(Vec<String>, String)>) -> usize {
    let (mut at, mut path) = (at, prefix.to_vec());
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens[at] != "}" {
                    at = read_tree(tokens, at, &path, leaves);
                    if tokens[at] == "," {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "as" => {
                leaves.push((path, tokens[at + 1].clone()));
                return at + 2;
            }
            "," | "}" | ";" => break,
            "*" => at += 1,
            // `{self, ..}` is the path up to it.
            "self" if !path.is_empty() => at += 1,
            word => {
                path.push(word.to_owned());
                at += 1;
            }
        }
    }
    let name = path.last().cloned().unwrap_or_default();
    leaves.push((path, name));
    at
}

/// Leaves out `#[cfg(test)] mod .. { .. }`: tests may look at everything.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    const TEST: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let mut kept = vec![];
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].iter().map(String::as_str).take(TEST.len()).eq(TEST) {
            at += TEST.len();
            let mut depth = 0;
            loop {
                match tokens.get(at).map(String::as_str) {
                    Some("{") => depth += 1,
                    Some("}") => depth -= 1,
                    None => break,
                    _ => {}
                }
                at += 1;
                if depth == 0 && matches!(tokens[at - 1].as_str(), "}" | ";") {
                    break;
                }
            }
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Words, `::` and single signs; neither comments nor texts.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = vec![];
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = text(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// How long the text or character is that stands here, if one does. A lifetime is neither.
fn text(rest: &str) -> Option<usize> {
    let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r');
    if let Some(hashes) = raw.map(|raw| raw.len() - raw.trim_start_matches('#').len())
        && let Some(begin) =
            rest.find('"').filter(|&begin| rest[..begin].trim_start_matches(['b', 'r', '#']).is_empty())
    {
        let end = format!("\"{}", "#".repeat(hashes));
        return rest[begin + 1..].find(&end).map(|length| begin + 1 + length + end.len());
    }
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            // A character is one character long: what has more is a lifetime.
            _ if quote == '\'' && at > 1 && !rest.starts_with("'\\") => return None,
            _ => {}
        }
    }
    None
}
