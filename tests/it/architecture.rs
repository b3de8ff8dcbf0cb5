//! Imports follow the map in docs/architecture.md. The order is read from that page, so that page and test cannot disagree.

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use self::imports::{Arrows, Module, Tree};

const MAP: &str = include_str!("../../docs/architecture.md");

/// One line of the map: the modules of a folder, group by group. A group may use the groups behind it.
struct Order {
    /// `src`, `src/web` or `jobs/src`.
    folder: String,
    groups: Vec<Vec<String>>,
}

impl Order {
    /// The lines of the map that look like `src/web: resources → answers → db, keys`.
    fn all(page: &str) -> Vec<Self> {
        let line = |line: &str| {
            let (folder, groups) = line.split_once(": ").filter(|(_, groups)| groups.contains(" → "))?;
            let group = |group: &str| group.split(", ").map(|name| name.trim().to_owned()).collect();
            Some(Order { folder: folder.trim().to_owned(), groups: groups.split(" → ").map(group).collect() })
        };
        page.lines().filter(|line| line.starts_with("src") || line.starts_with("jobs/src")).filter_map(line).collect()
    }

    /// Which group a module belongs to. What the map of a room does not name is one of its `resources`.
    fn rank(&self, module: &str) -> Option<usize> {
        let rank = |name: &str| self.groups.iter().position(|group| group.iter().any(|known| known == name));
        rank(module).or_else(|| rank("resources"))
    }

    /// In words, every arrow that does not point to a group behind its own, and every module that the map does not name.
    fn broken(&self, arrows: &Arrows) -> Vec<String> {
        let room: Vec<String> =
            self.folder.split('/').skip_while(|part| *part != "src").skip(1).map(Into::into).collect();
        let below = |module: &Module| module.strip_prefix(room.as_slice()).and_then(|rest| rest.first().cloned());
        let mut broken = BTreeSet::new();
        for (from, to) in arrows.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
            let (Some(upper), Some(lower)) = (below(from), below(to)) else { continue };
            if upper == lower {
                continue;
            }
            match (self.rank(&upper), self.rank(&lower)) {
                (Some(high), Some(low)) if high < low => {}
                // Resources may use each other; that they do so in one direction is another test.
                (Some(high), Some(low)) if high == low && self.groups[high] == ["resources"] => {}
                (Some(_), Some(_)) => {
                    broken.insert(format!("{}: {} may not use {}", self.folder, from.join("::"), to.join("::")));
                }
                (None, _) => drop(broken.insert(format!("{}: the map does not name {upper}", self.folder))),
                (_, None) => drop(broken.insert(format!("{}: the map does not name {lower}", self.folder))),
            }
        }
        broken.into_iter().collect()
    }
}

/// Modules that need each other, as in `a → b → a`. Files below a module count as a part of it, seen from its neighbours; a
/// module and the files below it are one thing and may know each other.
fn circles(arrows: &Arrows) -> Vec<String> {
    let mut neighbours: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for (from, to) in arrows.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if let (Some(upper), Some(lower)) = (from.get(shared), to.get(shared)) {
            neighbours.entry(&from[..shared]).or_default().entry(upper).or_default().insert(lower);
        }
    }
    let mut found = vec![];
    for (parent, mut left) in neighbours {
        // What uses nothing that is left is in no circle.
        loop {
            let before = left.len();
            let kept: BTreeSet<&str> = left.keys().copied().collect();
            left.retain(|_, used| used.iter().any(|name| kept.contains(name)));
            if left.len() == before {
                break;
            }
        }
        let Some(first) = left.keys().next().copied() else { continue };
        let mut way = vec![first];
        while let Some(next) = left[way[way.len() - 1]].iter().find(|name| left.contains_key(*name)) {
            let circle = way.iter().position(|name| name == next);
            way.push(next);
            if let Some(begin) = circle {
                found.push(format!("{}: {}", parent.join("::"), way[begin..].join(" → ")));
                break;
            }
        }
    }
    found
}

fn tree(folder: &str) -> Tree {
    let own = if folder == "jobs/src" { "ratemyderp_jobs" } else { "ratemyderp" };
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), own)
}

#[test]
fn imports_follow_the_map() {
    let orders = Order::all(MAP);
    let folders: Vec<&str> = orders.iter().map(|order| order.folder.as_str()).collect();
    assert_eq!(folders, ["src", "src/web", "jobs/src"], "docs/architecture.md has a line for each");
    let root = |order: &Order| if order.folder == "jobs/src" { "jobs/src" } else { "src" };
    let broken: Vec<String> = orders.iter().flat_map(|order| order.broken(&tree(root(order)).arrows())).collect();
    assert!(broken.is_empty(), "against docs/architecture.md:\n{}", broken.join("\n"));
}

#[test]
fn no_two_modules_need_each_other() {
    for folder in ["src", "jobs/src"] {
        let arrows = tree(folder).arrows();
        assert!(arrows.len() > 10, "{folder} was read");
        let circles = circles(&arrows);
        assert!(circles.is_empty(), "in {folder}:\n{}", circles.join("\n"));
    }
}

#[test]
fn the_map_names_nothing_that_is_gone() {
    for order in Order::all(MAP) {
        for name in order.groups.iter().flatten().filter(|name| *name != "resources") {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&order.folder).join(format!("{name}.rs"));
            assert!(file.exists(), "{}", file.display());
        }
    }
}

/// A small site, each arrow of which points down.
const SMALL: [(&str, &str); 7] = [
    ("lib", "pub mod web; pub mod photos; pub mod error;"),
    ("web", "mod guards; mod home; use crate::photos::Photo;"),
    ("web/guards", "use crate::error::Error;"),
    ("web/home", "use super::guards::Guard; use crate::{error::Error, photos};"),
    ("photos", "pub mod text; pub use self::text::Name; use crate::error::Error;"),
    ("photos/text", "use crate::error::{self, Error};"),
    (
        "error",
        "// crate::web is not used here\nconst URL: &str = \"crate::photos\"; #[cfg(test)] mod tests { use crate::web; } ",
    ),
];

const SMALL_MAP: &str = "The order:\nsrc: web → photos → error\nsrc/web: resources → guards\n";

fn small() -> Vec<(String, String)> {
    SMALL.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect()
}

/// What is found in the small site with these lines more, in files that are there already or new.
fn found(more: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let mut files = small();
    for (name, lines) in more {
        match files.iter_mut().find(|(known, _)| known == name) {
            Some((_, source)) => source.push_str(lines),
            None => files.push(((*name).to_owned(), (*lines).to_owned())),
        }
    }
    let arrows = Tree::of(files, "site").arrows();
    (Order::all(SMALL_MAP).iter().flat_map(|order| order.broken(&arrows)).collect(), circles(&arrows))
}

#[test]
fn arrows_that_point_down_are_fine_and_words_are_no_arrows() {
    assert_eq!(found(&[]), (vec![], vec![]));
}

#[test]
fn an_arrow_that_points_up_is_found_however_it_is_written() {
    let up = "src: photos::text may not use web::home".to_owned();
    for line in [
        "use crate::web::home;",
        "use crate::{error, web::{guards as g, home::Card}};",
        "use super::super::web::home;",
        "pub use site::web::home::Card;",
        "fn f() -> crate::web::home::Card { loop {} }",
        "fn f<'a>(c: &'a char) -> bool { *c == '\"' && crate::web::home::is(r#\"//\"#) }",
    ] {
        let (broken, _) = found(&[("photos/text", line)]);
        assert!(broken.contains(&up), "{line}: {broken:?}");
    }
    let (broken, _) = found(&[("web/guards", "use super::home::Card;")]);
    assert_eq!(broken, ["src/web: web::guards may not use web::home"]);
}

#[test]
fn what_a_module_passes_on_is_an_arrow_to_where_it_stands() {
    let (broken, _) = found(&[("lib", "pub use crate::photos::Photo;"), ("error", "use crate::Photo;")]);
    assert_eq!(broken, ["src: error may not use photos"]);
}

#[test]
fn a_module_that_the_map_does_not_name_is_found() {
    let (broken, _) = found(&[("mail", "use crate::error::Error;")]);
    assert_eq!(broken, ["src: the map does not name mail"]);
}

#[test]
fn modules_that_need_each_other_are_found_and_a_module_may_know_its_own_files() {
    let (_, none) = found(&[("web", "use self::home::Card;"), ("web/home", "use super::super::web::Site;")]);
    assert_eq!(none, Vec::<String>::new());
    let (broken, circles) = found(&[
        ("web/login", ""),
        ("web/login/code", "use crate::web::join;"),
        ("web/join", "use super::logout;"),
        ("web/logout", "use crate::web::{home, login};"),
    ]);
    assert_eq!((broken, circles), (vec![], vec!["web: join → logout → login → join".to_owned()]));
}
