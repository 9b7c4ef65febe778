//! A message: an English format string, its Chinese, and the arguments of both.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::template::{Template, contains_chinese};

/// `"format {a} {}", b, c = d`, as in `#[error(…)]`.
pub(crate) struct Message {
    pub(crate) literal: LitStr,
    pub(crate) arguments: Vec<Argument>,
}

pub(crate) struct Argument {
    pub(crate) name: Option<Ident>,
    pub(crate) value: TokenStream,
}

impl Parse for Message {
    fn parse(input: ParseStream<'_>) -> syn::Result<Message> {
        let literal = input.parse()?;
        let arguments = parse_arguments(input)?;
        Ok(Message { literal, arguments })
    }
}

/// Each argument with the comma before it, to the end.
pub(crate) fn parse_arguments(input: ParseStream<'_>) -> syn::Result<Vec<Argument>> {
    let mut arguments = Vec::new();
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let is_named = input.peek(Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]);
        let name = if is_named {
            let name = input.parse()?;
            input.parse::<Token![=]>()?;
            Some(name)
        } else {
            None
        };
        let mut value = TokenStream::new();
        while !input.is_empty() && !input.peek(Token![,]) {
            value.extend([input.parse::<TokenTree>()?]);
        }
        arguments.push(Argument { name, value });
    }
    Ok(arguments)
}

/// Refuses a Chinese text that is none, or that names other arguments than the English.
pub(crate) fn check_pair(chinese: &LitStr, english: &LitStr) -> syn::Result<()> {
    let (zh, en) = (Template::parse_literal(chinese)?, Template::parse_literal(english)?);
    if en.has_chinese() {
        return Err(syn::Error::new(english.span(), "the English sentence holds Chinese"));
    }
    if en.has_words() && !zh.has_chinese() {
        return Err(syn::Error::new(chinese.span(), "the Chinese sentence holds no Chinese"));
    }
    if zh.list_names() != en.list_names() {
        let message = format!(
            "the Chinese sentence names [{}], the English one [{}]",
            zh.list_names().join(", "),
            en.list_names().join(", ")
        );
        return Err(syn::Error::new(chinese.span(), message));
    }
    Ok(())
}

/// Refuses a pair of plain texts of which one is in the other language. Braces mean nothing here.
pub(crate) fn check_languages(chinese: &LitStr, english: &LitStr) -> syn::Result<()> {
    if contains_chinese(&english.value()) {
        return Err(syn::Error::new(english.span(), "the English text holds Chinese"));
    }
    if !contains_chinese(&chinese.value()) {
        return Err(syn::Error::new(chinese.span(), "the Chinese text holds no Chinese"));
    }
    Ok(())
}

/// A call of `format!` that gives each argument in a language.
///
/// `find_field` gives the value behind `{0}` or `{name}` where no argument bears that name.
pub(crate) fn expand_format(
    message: &Message,
    arguments: &[Argument],
    language: &TokenStream,
    find_field: &dyn Fn(&str) -> TokenStream,
) -> syn::Result<TokenStream> {
    let template = Template::parse_literal(&message.literal)?;
    let mut format = String::new();
    let mut values = Vec::new();
    let mut unnamed = arguments.iter().filter(|argument| argument.name.is_none());
    for (index, slot) in template.slots.iter().enumerate() {
        let value = if slot.name.is_empty() {
            let next = unnamed.next().ok_or_else(|| {
                syn::Error::new(message.literal.span(), "`{}` has no argument to print")
            })?;
            next.value.clone()
        } else {
            let named = |argument: &&Argument| {
                argument.name.as_ref().is_some_and(|name| *name == slot.name)
            };
            match arguments.iter().find(named) {
                Some(argument) => argument.value.clone(),
                None => find_field(&slot.name),
            }
        };
        let name = format_ident!("part_{index}");
        format.push_str(&template.texts[index]);
        format.push_str(&format!("{{{name}{}}}", slot.spec));
        values.push(if slot.spec.is_empty() {
            quote! {
                #name = {
                    #[allow(unused_imports)]
                    use ::trueline_language::generated::{
                        BilingualPart as _, ExplainedPart as _, PathPart as _, PrintedPart as _,
                    };
                    (&::trueline_language::generated::Part(&(#value))).say_in(#language)
                }
            }
        } else {
            quote!(#name = #value)
        });
    }
    if let Some(last) = template.texts.last() {
        format.push_str(last);
    }
    let literal = LitStr::new(&format, message.literal.span());
    Ok(quote!(::std::format!(#literal, #(#values),*)))
}

/// The same tokens with `.field` and `.0` at the start of an expression replaced by the field, as
/// thiserror allows them.
pub(crate) fn replace_fields(
    tokens: TokenStream,
    find_field: &dyn Fn(&str) -> TokenStream,
) -> TokenStream {
    let mut out = TokenStream::new();
    let mut may_start = true;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dot) if dot.as_char() == '.' && may_start => {
                let field = match tokens.peek() {
                    Some(TokenTree::Ident(name)) => Some(name.to_string()),
                    Some(TokenTree::Literal(number)) => Some(number.to_string()),
                    Some(TokenTree::Group(_) | TokenTree::Punct(_)) | None => None,
                };
                match field {
                    Some(field) => {
                        tokens.next();
                        out.extend(find_field(&field));
                    }
                    None => out.extend([TokenTree::Punct(dot)]),
                }
                may_start = false;
            }
            TokenTree::Group(group) => {
                let inner = replace_fields(group.stream(), find_field);
                let mut replaced = Group::new(group.delimiter(), inner);
                replaced.set_span(group.span());
                out.extend([TokenTree::Group(replaced)]);
                may_start = group.delimiter() == Delimiter::Brace;
            }
            TokenTree::Punct(punct) => {
                may_start = !matches!(punct.as_char(), '.' | '?');
                out.extend([TokenTree::Punct(punct)]);
            }
            other @ (TokenTree::Ident(_) | TokenTree::Literal(_)) => {
                may_start = false;
                out.extend([other]);
            }
        }
    }
    out
}
