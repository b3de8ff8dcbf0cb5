//! One stylesheet out of many: what it imports is put in its place, and what means nothing is left out.
//!
//! By hand, since `minifier` takes the spaces of `clamp(1rem + 2vw, ...)`, which then means nothing, and `lightningcss` is a whole
//! compiler, and heavy.

use std::path::Path;

/// Reads a stylesheet whose lines `@import "<file>" layer(<name>);` stand for these files, whose names start at its folder. The
/// layers are dropped: browsers from before 2022 would skip them with all that is in them.
pub fn read(path: &Path) -> Result<String, String> {
    let folder = path.parent().unwrap_or(path);
    let mut joined = String::new();
    for line in open(path)?.lines() {
        match line.strip_prefix("@import \"").and_then(|rest| rest.split_once("\" layer(")) {
            Some((file, _)) => joined += &open(&folder.join(file))?,
            None => joined += line,
        }
        joined.push('\n');
    }
    Ok(fold(&without_comments(&joined)))
}

fn open(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

fn without_comments(css: &str) -> String {
    let mut parts = css.split("/*");
    let before = parts.next().unwrap_or_default();
    parts.fold(before.to_owned(), |kept, part| kept + part.split_once("*/").map_or("", |(_, after)| after))
}

/// Whitespace becomes one space, or none where it separates nothing. Strings, in double quotes, stay as they are. So does
/// `--name: ;`, an empty value, for which older browsers need the space.
fn fold(css: &str) -> String {
    let mut folded = String::with_capacity(css.len());
    let (mut quoted, mut gap) = (false, false);
    for next in css.chars() {
        quoted ^= next == '"';
        if next.is_ascii_whitespace() && !quoted {
            gap = true;
            continue;
        }
        let last = folded.chars().next_back().unwrap_or('}');
        let separates = match last {
            '{' | '}' | ';' | ',' => false,
            ':' => next == ';',
            _ => !matches!(next, '{' | '}' | ','),
        };
        if gap && separates {
            folded.push(' ');
        }
        if next == '}' && last == ';' {
            folded.pop();
        }
        folded.push(next);
        gap = false;
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::{fold, read, without_comments};

    #[test]
    fn only_whitespace_that_separates_nothing_is_left_out() {
        for (css, folded) in [
            ("a {\n  color: red;\n}\n\nb {\n  margin: 0 1px;\n}\n", "a{color:red}b{margin:0 1px}"),
            ("a,\nb > i {\n  top: 0;\n}\n", "a,b > i{top:0}"),
            (".x :is(a, b):focus {\n}", ".x :is(a,b):focus{}"),
            ("a {\n  width: clamp(1rem, 1rem + 2vw, 3rem);\n}", "a{width:clamp(1rem,1rem + 2vw,3rem)}"),
            ("@media (min-width: 1px) and (max-width: 2px) {}", "@media (min-width:1px) and (max-width:2px){}"),
            ("a {\n  background:\n    url(x),\n    url(y);\n}", "a{background:url(x),url(y)}"),
            ("a {\n  --dark: ;\n  --light: initial;\n}", "a{--dark: ;--light:initial}"),
            ("a::before {\n  content: \"{ a,  b: ; }\";\n}", "a::before{content:\"{ a,  b: ; }\"}"),
        ] {
            assert_eq!(fold(css), folded);
        }
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(without_comments("/* a */b/* c\n * d */{}/**/"), "b{}");
    }

    #[test]
    fn imports_stand_in_their_order_and_without_their_layers() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, css: &str| std::fs::write(folder.path().join(name), css).unwrap();
        write("one.css", "a {\n  top: 0;\n}\n");
        write("two.css", "b {\n  top: 1px;\n}\n");
        write("all.css", "/* Two files. */\n@import \"two.css\" layer(two);\n@import \"one.css\" layer(one);\n");
        assert_eq!(read(&folder.path().join("all.css")).unwrap(), "b{top:1px}a{top:0}");
        write("all.css", "@import \"three.css\" layer(three);\n");
        assert!(read(&folder.path().join("all.css")).unwrap_err().contains("three.css"));
    }
}
