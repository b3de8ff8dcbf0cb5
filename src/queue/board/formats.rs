//! Lists for terminals and programs: aligned columns, and CSV that a spreadsheet cannot take for formulas.

/// Lines with the columns aligned, and a heading; the last column is not padded. Every row has as many cells as the heading.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<_> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<_> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned() + "\n"
    };
    let mut text = line(&mut heading.iter().copied());
    for row in rows {
        text += &line(&mut row.iter().map(String::as_str));
    }
    text
}

/// RFC 4180, the heading first. What a spreadsheet would take for a formula gets an apostrophe before it.
pub fn csv(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells: Vec<_> = cells.map(cell).collect();
        text += &cells.join(",");
        text += "\r\n";
    };
    line(&mut heading.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text
}

fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_is_quoted_and_holds_no_formulas() {
        let rows =
            vec![["7", "say \"a, b\"", "=1+1", "-2", "@x", "\tx", "two\nlines", "\r=1"].map(str::to_owned).to_vec()];
        let heading = ["a", "b", "c", "d", "e", "f", "g", "h"];
        assert_eq!(
            csv(&heading, &rows),
            "a,b,c,d,e,f,g,h\r\n7,\"say \"\"a, b\"\"\",'=1+1,'-2,'@x,'\tx,\"two\nlines\",\"'\r=1\"\r\n"
        );
    }
}
