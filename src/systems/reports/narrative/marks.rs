//! What a narrative may hold besides words: references and named sources.

use trueline_language::{Text, phrase, text};

/// A mark in a run of text, by its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextMark {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: MarkKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MarkKind {
    /// `{{…}}`
    Reference(FigureReference),
    /// `[^source: …]`
    Source(String),
    /// Braces or brackets that are not closed or hold nothing.
    Broken(Text),
}

/// `fixed.repair.mean[area=urban]|previous`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FigureReference {
    /// As written between the braces.
    pub(super) written: String,
    pub(super) name: String,
    pub(super) slice: Vec<(String, String)>,
    pub(super) filter: Option<String>,
}

const SOURCE: &str = "[^source:";

/// Finds every mark of a text, in order.
pub(super) fn find_marks(text: &str) -> Vec<TextMark> {
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(['{', '[']) {
        let from = at + offset;
        let rest = &text[from..];
        let (length, kind) = if rest.starts_with("{{") {
            read_braces(rest)
        } else if rest.starts_with(SOURCE) {
            read_source(rest)
        } else {
            at = from + 1;
            continue;
        };
        at = from + length;
        marks.push(TextMark { from, to: at, kind });
    }
    marks
}

fn read_braces(rest: &str) -> (usize, MarkKind) {
    let Some(end) = rest.find("}}") else {
        return (
            2,
            MarkKind::Broken(
                phrase!("`{{` 没有以 `}}` 结束", "`{{` is never closed by `}}`").into(),
            ),
        );
    };
    let kind = match parse_reference(rest[2..end].trim()) {
        Ok(reference) => MarkKind::Reference(reference),
        Err(says) => MarkKind::Broken(says),
    };
    (end + 2, kind)
}

fn read_source(rest: &str) -> (usize, MarkKind) {
    let Some(end) = rest.find(']') else {
        return (
            SOURCE.len(),
            MarkKind::Broken(text!(
                "`[^source:` 没有以 `]` 结束",
                "`[^source:` is never closed by `]`"
            )),
        );
    };
    let named = rest[SOURCE.len()..end].trim();
    if named.is_empty() {
        return (end + 1, MarkKind::Broken(text!("来源没有名称", "a source without a name")));
    }
    (end + 1, MarkKind::Source(named.to_owned()))
}

fn parse_reference(written: &str) -> Result<FigureReference, Text> {
    let (path, filter) = match written.split_once('|') {
        Some((path, filter)) => (path.trim(), Some(filter.trim().to_owned())),
        None => (written, None),
    };
    if filter.as_deref().is_some_and(|filter| filter.contains('|')) {
        return Err(text!("`{written}` 的修饰多于一个", "`{written}` has more than one filter"));
    }
    let (name, slice) = match path.split_once('[') {
        Some((name, slice)) => {
            let Some(inside) = slice.strip_suffix(']') else {
                return Err(text!(
                    "`{written}` 中的 `[` 没有以 `]` 结束",
                    "`[` in `{written}` is never closed by `]`"
                ));
            };
            (name.trim(), parse_conditions(inside, written)?)
        }
        None => (path, Vec::new()),
    };
    if name.is_empty() {
        return Err(text!("引用没有名称", "a reference without a name"));
    }
    Ok(FigureReference { written: written.to_owned(), name: name.to_owned(), slice, filter })
}

fn parse_conditions(inside: &str, written: &str) -> Result<Vec<(String, String)>, Text> {
    let mut slice = Vec::new();
    for pair in inside.split(',') {
        let Some((dimension, value)) = pair.split_once('=') else {
            return Err(text!(
                "`{written}` 中的 `{}` 不是“维度=取值”",
                "`{}` in `{written}` is no `dimension=value`",
                pair.trim()
            ));
        };
        slice.push((dimension.trim().to_owned(), value.trim().to_owned()));
    }
    slice.sort();
    Ok(slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> MarkKind {
        let mut marks = find_marks(text);
        assert_eq!(marks.len(), 1, "{text}");
        marks.remove(0).kind
    }

    #[test]
    fn a_reference_has_a_name_a_slice_and_a_filter() {
        let MarkKind::Reference(found) = only("共{{ fixed.repair.mean[area=urban] | n }}件")
        else {
            panic!("no reference");
        };
        assert_eq!(found.name, "fixed.repair.mean");
        assert_eq!(found.slice, vec![("area".to_owned(), "urban".to_owned())]);
        assert_eq!(found.filter.as_deref(), Some("n"));
    }

    #[test]
    fn a_source_has_a_name() {
        assert_eq!(only("3390个[^source: 工程系统]"), MarkKind::Source("工程系统".to_owned()));
    }

    #[test]
    fn what_is_not_closed_is_broken() {
        for text in ["{{a.b", "{{}}", "{{a[b}}", "{{a[b]}}", "[^source: x", "[^source: ]"] {
            assert!(matches!(only(text), MarkKind::Broken(_)), "{text}");
        }
    }

    #[test]
    fn single_braces_and_brackets_are_words() {
        assert_eq!(find_marks("{a} [b] [^c]"), Vec::new());
    }
}
