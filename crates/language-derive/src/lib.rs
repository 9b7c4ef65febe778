//! Two macros that refuse to compile a message which has no Chinese beside its English.
//!
//! `trueline-language` gives them out, with the examples of what compiles and what does not.

mod explain;
mod pair;
mod template;
mod text;

use proc_macro::TokenStream;

/// See `trueline_language::Explain`.
#[proc_macro_derive(Explain, attributes(zh))]
pub fn derive_explain(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    explain::expand_derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// See `trueline_language::phrase`.
#[proc_macro]
pub fn phrase(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as text::TextInput);
    text::expand_phrase(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// See `trueline_language::text`.
#[proc_macro]
pub fn text(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as text::TextInput);
    text::expand_text(input).unwrap_or_else(syn::Error::into_compile_error).into()
}
