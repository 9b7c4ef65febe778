//! Lines of a file: which hold code, and which are too wide.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

/// The lines that hold a token other than documentation, and those that hold a text literal.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    pub(crate) code: BTreeSet<usize>,
    pub(crate) literals: BTreeSet<usize>,
}

/// Finds the lines of code; comments, documentation and blank lines are none.
pub(crate) fn find_code_lines(tokens: TokenStream) -> Lines {
    let mut lines = Lines::default();
    lines.add_tokens(tokens, None);
    lines
}

impl Lines {
    /// Adds the lines of `tokens`. If they all stand on one line, `known` is that line: to ask each
    /// token where it stands takes long.
    fn add_tokens(&mut self, tokens: TokenStream, known: Option<usize>) {
        let line_of = |span: Span| known.unwrap_or_else(|| span.start().line);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    let inner = tokens.next_if(|next| is_mark(next, '!'));
                    if tokens.next_if(is_documentation).is_none() {
                        self.code.insert(line_of(mark.span()));
                        self.code.extend(inner.map(|mark| line_of(mark.span())));
                    }
                }
                TokenTree::Group(group) => self.add_group(&group, known),
                TokenTree::Literal(literal) => {
                    let last = known.unwrap_or_else(|| literal.span().end().line);
                    let covered = line_of(literal.span())..=last;
                    if literal.to_string().contains('"') {
                        self.literals.extend(covered.clone());
                    }
                    self.code.extend(covered);
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {
                    if known.is_none() {
                        self.code.insert(token.span().start().line);
                    }
                }
            }
        }
    }

    fn add_group(&mut self, group: &Group, known: Option<usize>) {
        let first = known.unwrap_or_else(|| group.span_open().start().line);
        let last = known.unwrap_or_else(|| group.span_close().end().line);
        self.code.insert(first);
        self.code.insert(last);
        self.add_tokens(group.stream(), (first == last).then_some(first));
    }
}

fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(found) if found.as_char() == mark)
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
