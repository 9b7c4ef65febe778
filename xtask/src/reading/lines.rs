//! Lines of a file: which hold code, and which are too wide.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The lines that hold a token other than documentation, and those that hold a text literal.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) code: BTreeSet<usize>,
    pub(crate) literals: BTreeSet<usize>,
}

/// Finds the lines of code; comments, documentation and blank lines are none.
pub(crate) fn find_code_lines(tokens: TokenStream) -> Lines {
    let mut lines = Lines::default();
    add_tokens(tokens, &mut lines);
    lines
}

fn add_tokens(tokens: TokenStream, lines: &mut Lines) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let inner = tokens.next_if(
                    |next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'),
                );
                if tokens.next_if(is_documentation).is_none() {
                    lines.code.insert(mark.span().start().line);
                    lines.code.extend(inner.map(|mark| mark.span().start().line));
                }
            }
            TokenTree::Group(group) => {
                lines.code.insert(group.span_open().start().line);
                lines.code.insert(group.span_close().end().line);
                add_tokens(group.stream(), lines);
            }
            TokenTree::Literal(literal) => {
                let span = literal.span();
                let covered = span.start().line..=span.end().line;
                if literal.to_string().contains('"') {
                    lines.literals.extend(covered.clone());
                }
                lines.code.extend(covered);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {
                lines.code.insert(token.span().start().line);
            }
        }
    }
}

/// Whether this is the `[doc = …]` of an attribute, which is what a doc comment becomes.
fn is_documentation(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    if group.delimiter() != Delimiter::Bracket {
        return false;
    }
    let mut inside = group.stream().into_iter();
    matches!(inside.next(), Some(TokenTree::Ident(name)) if name == "doc")
        && matches!(inside.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == '=')
}

/// How many columns a line takes. Chinese characters take two.
pub(crate) fn measure_columns(line: &str) -> usize {
    let wide = '\u{2e80}'..='\u{ffe6}';
    line.chars().map(|c| if wide.contains(&c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_documentation_and_blank_lines_are_no_code() {
        let text = "//! Opener.\n\n/// Doc.\n// why\n#[derive(Debug)]\nstruct A {\n    /// Doc.\n    a: u8,\n}\n/* x\n */\n";
        let lines = find_code_lines(text.parse().unwrap());
        assert_eq!(lines.code.into_iter().collect::<Vec<_>>(), [5, 6, 8, 9]);
    }

    #[test]
    fn every_line_of_a_text_is_code_even_if_it_looks_like_a_comment() {
        let lines = find_code_lines("const A: &str = \"\n// x\n\n\";".parse().unwrap());
        assert_eq!(lines.code.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(lines.literals.len(), 4);
    }

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(measure_columns("a准绳"), 5);
    }
}
