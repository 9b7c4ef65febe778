//! What stands inside a macro call.
//!
//! A macro's input is only tokens. Most of ours are expressions (`format!`, `vec!`, `assert!`) or
//! statements, and are read as such. In what remains (`json!`, `matches!`, `macro_rules!`) the
//! paths are found by their shape: names joined by `::`, or a name that opens with a capital.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Block, Expr, Stmt, Token};

/// The input of a macro, as far as it can be read.
pub(crate) enum MacroInput {
    Expressions(Vec<Expr>),
    Statements(Vec<Stmt>),
    Tokens(Vec<TokenPath>),
}

/// A path that was found by its shape.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TokenPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

pub(crate) fn read_macro_input(tokens: &TokenStream) -> MacroInput {
    let expressions = Punctuated::<Expr, Token![,]>::parse_terminated;
    if let Ok(expressions) = expressions.parse2(tokens.clone()) {
        return MacroInput::Expressions(expressions.into_iter().collect());
    }
    match Block::parse_within.parse2(tokens.clone()) {
        Ok(statements) => MacroInput::Statements(statements),
        Err(_) => MacroInput::Tokens(find_token_paths(tokens.clone())),
    }
}

/// The names joined by `::`, and single names that open with a capital.
pub(crate) fn find_token_paths(tokens: TokenStream) -> Vec<TokenPath> {
    let mut found = Vec::new();
    add_token_paths(tokens, &mut found);
    found
}

fn add_token_paths(tokens: TokenStream, found: &mut Vec<TokenPath>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_mark = |at: usize, mark: char| match tokens.get(at) {
        Some(TokenTree::Punct(found)) => found.as_char() == mark,
        _ => false,
    };
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => add_token_paths(group.stream(), found),
            TokenTree::Ident(first) => {
                let mut segments = vec![first.to_string()];
                let line = first.span().start().line;
                while is_mark(at + 1, ':') && is_mark(at + 2, ':') {
                    let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else { break };
                    segments.push(next.to_string());
                    at += 3;
                }
                let is_method = segments.len() == 1 && at > 0 && is_mark(at - 1, '.');
                let is_name = segments[0].starts_with(char::is_uppercase);
                if !is_method && (segments.len() > 1 || is_name) {
                    found.push(TokenPath { segments, line });
                }
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        at += 1;
    }
}

/// The lines on which `.unwrap()` stands among tokens.
pub(crate) fn find_token_unwraps(tokens: TokenStream) -> Vec<usize> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut lines = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => lines.extend(find_token_unwraps(group.stream())),
            TokenTree::Ident(name) if name == "unwrap" && at > 0 => {
                if matches!(&tokens[at - 1], TokenTree::Punct(mark) if mark.as_char() == '.') {
                    lines.push(name.span().start().line);
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_expressions_and_a_list_of_statements_are_read_as_such() {
        let read = |text: &str| read_macro_input(&text.parse().unwrap());
        assert!(matches!(read("\"{}\", a::b(), c = d"), MacroInput::Expressions(_)));
        assert!(matches!(read("let a = 1; a::b();"), MacroInput::Statements(_)));
    }

    #[test]
    fn paths_are_found_in_what_is_neither() {
        let input = "a, Some(x::Y) | Z => { \"k\": w }".parse().unwrap();
        let MacroInput::Tokens(found) = read_macro_input(&input) else { panic!("no expressions") };
        let found: Vec<String> = found.iter().map(|path| path.segments.join("::")).collect();
        assert_eq!(found, ["Some", "x::Y", "Z"]);
    }
}
