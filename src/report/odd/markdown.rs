//! Markdown, with texts of files as they are meant.

/// What an author has to add.
pub(super) fn gap(what: &str) -> String {
    format!("\n{GAP} {what}\n")
}

/// How a place begins that an author has to fill.
pub(super) const GAP: &str = "**To be written by the author:**";

/// The document with one empty line between its parts.
pub(super) fn tidy(document: &str) -> String {
    let mut res = document.to_owned();
    while res.contains("\n\n\n") {
        res = res.replace("\n\n\n", "\n\n");
    }
    res
}

/// A text of a file, so that nothing in it is taken for a mark.
pub(super) fn text(of_file: &str) -> String {
    let mut res = String::new();
    for it in of_file.chars() {
        if r"\`*_[]<>|#".contains(it) {
            res.push('\\');
        }
        res.push(if it.is_control() { ' ' } else { it });
    }
    res
}

/// A name of a file's, as code.
pub(super) fn code(name: &str) -> String {
    let shown = name.replace(['`', '|'], " ");
    format!("`{shown}`")
}

/// A table of cells that are Markdown already; nothing if it has no row.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<String> = rows.into_iter().map(|it| row(&it)).collect();
    if rows.is_empty() {
        return String::new();
    }
    let line = vec!["---"; head.len()].join(" | ");
    format!(
        "\n| {} |\n| {line} |\n{}\n",
        head.join(" | "),
        rows.concat()
    )
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A list of texts.
pub(super) fn list(entries: impl IntoIterator<Item = String>) -> String {
    let entries: String = entries
        .into_iter()
        .map(|it| format!("- {it}\n"))
        .collect::<Vec<String>>()
        .concat();
    format!("\n{entries}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_file_is_taken_for_a_mark() {
        assert_eq!(text("a|b *c* <d>\n# e"), r"a\|b \*c\* \<d\> \# e");
        assert_eq!(code("a`b"), "`a b`");
        assert_eq!(table(&["one"], []), "");
        let filled = table(&["one", "two"], [vec!["1".to_owned(), "2".to_owned()]]);
        assert_eq!(filled, "\n| one | two |\n| --- | --- |\n| 1 | 2 |\n\n");
    }
}
