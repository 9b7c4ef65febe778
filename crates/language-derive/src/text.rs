//! `text!("中文 {a}", "English {a}", a = 1)`, and `phrase!` without arguments.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, Token};

use crate::pair::{Argument, Message, check_languages, check_pair, expand_format, parse_arguments};
use crate::template::Template;

pub(crate) struct TextInput {
    chinese: LitStr,
    english: LitStr,
    arguments: Vec<Argument>,
}

impl Parse for TextInput {
    fn parse(input: ParseStream<'_>) -> syn::Result<TextInput> {
        let chinese = input.parse()?;
        input.parse::<Token![,]>()?;
        let english = input.parse()?;
        let arguments = parse_arguments(input)?;
        Ok(TextInput { chinese, english, arguments })
    }
}

pub(crate) fn expand_phrase(input: &TextInput) -> syn::Result<TokenStream> {
    let (chinese, english) = (&input.chinese, &input.english);
    check_languages(chinese, english)?;
    if !input.arguments.is_empty() {
        return Err(syn::Error::new(english.span(), "a phrase takes no arguments: use `text!`"));
    }
    Ok(quote!(::trueline_language::Phrase::new(#chinese, #english)))
}

pub(crate) fn expand_text(input: TextInput) -> syn::Result<TokenStream> {
    check_pair(&input.chinese, &input.english)?;
    let template = Template::parse_literal(&input.english)?;
    if let Some(slot) = template.slots.iter().find(|slot| slot.name.parse::<u32>().is_ok()) {
        let message = format!("give the argument `{{{}}}` a name", slot.name);
        return Err(syn::Error::new(input.english.span(), message));
    }
    // Each value is worked out once, and printed twice.
    let mut values = Vec::new();
    let mut bindings = Vec::new();
    let mut arguments = Vec::new();
    for (index, argument) in input.arguments.into_iter().enumerate() {
        let binding = format_ident!("value_{index}");
        values.push(argument.value);
        arguments.push(Argument { name: argument.name, value: quote!(#binding) });
        bindings.push(binding);
    }
    let captured = |name: &str| {
        let name = Ident::new(name, Span::call_site());
        quote!(#name)
    };
    let said = |literal: LitStr, language: &TokenStream| {
        let message = Message { literal, arguments: Vec::new() };
        expand_format(&message, &arguments, language, &captured)
    };
    let zh = said(input.chinese, &quote!(::trueline_language::Language::Chinese))?;
    let en = said(input.english, &quote!(::trueline_language::Language::English))?;
    Ok(quote! {
        match (#(&#values,)*) {
            (#(#bindings,)*) => ::trueline_language::Text::new(#zh, #en),
        }
    })
}
