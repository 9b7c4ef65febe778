//! `#[derive(Explain)]`, beside `#[derive(thiserror::Error)]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned as _;
use syn::{Attribute, Data, DeriveInput, Fields, Ident};

use crate::pair::{Argument, Message, check_pair, expand_format, replace_fields};

/// The arms of the three matches that a variant adds to.
struct Arms {
    sentence: TokenStream,
    cause: TokenStream,
}

pub(crate) fn expand_derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let mut sentences = Vec::new();
    let mut causes = Vec::new();
    let mut problems: Option<syn::Error> = None;
    let mut add = |arms: syn::Result<Arms>| match (arms, &mut problems) {
        (Ok(arms), _) => {
            sentences.push(arms.sentence);
            causes.push(arms.cause);
        }
        (Err(error), Some(all)) => all.combine(error),
        (Err(error), none @ None) => *none = Some(error),
    };
    match &input.data {
        Data::Struct(data) => {
            add(expand_arms(&quote!(#name), name.span(), &input.attrs, &data.fields));
        }
        Data::Enum(data) => {
            for variant in &data.variants {
                let (ident, span) = (&variant.ident, variant.ident.span());
                add(expand_arms(&quote!(#name::#ident), span, &variant.attrs, &variant.fields));
            }
        }
        Data::Union(_) => return Err(syn::Error::new(name.span(), "a union is no error")),
    }
    if let Some(problems) = problems {
        return Err(problems);
    }
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::trueline_language::Explain for #name #type_generics #where_clause {
            fn sentence_in(
                &self,
                language: ::trueline_language::Language,
            ) -> ::std::string::String {
                match self {
                    #(#sentences)*
                }
            }

            fn direct_cause(&self) -> ::std::option::Option<::trueline_language::Cause<'_>> {
                match self {
                    #(#causes)*
                }
            }
        }
    })
}

fn expand_arms(
    path: &TokenStream,
    span: Span,
    attributes: &[Attribute],
    fields: &Fields,
) -> syn::Result<Arms> {
    let missing = |attribute: &str, what: &str| {
        syn::Error::new(span, format!("`{path}` has no {what}: add #[{attribute}(\"…\")]"))
    };
    let english = find_attribute(attributes, "error")
        .ok_or_else(|| missing("error", "sentence in English"))?;
    let pattern = expand_pattern(path, fields);
    let chinese = find_attribute(attributes, "zh");
    if english.parse_args::<Ident>().is_ok_and(|word| word == "transparent") {
        if let Some(chinese) = chinese {
            let message = "`#[error(transparent)]` takes the sentence of the error inside";
            return Err(syn::Error::new(chinese.span(), message));
        }
        return expand_transparent(&pattern, span, fields);
    }
    let chinese = chinese.ok_or_else(|| missing("zh", "sentence in Chinese"))?;
    let (zh, en) = (chinese.parse_args::<Message>()?, english.parse_args::<Message>()?);
    check_pair(&zh.literal, &en.literal)?;
    // Arguments after the format string may stand in the English alone, and then serve both.
    let find_field = |field: &str| {
        let binding = name_binding(field);
        quote!(#binding)
    };
    let arguments = |message: &Message| {
        let each = message.arguments.iter().map(|argument| Argument {
            name: argument.name.clone(),
            value: replace_fields(argument.value.clone(), &find_field),
        });
        each.collect::<Vec<_>>()
    };
    let arguments = arguments(if zh.arguments.is_empty() { &en } else { &zh });
    let language = quote!(::trueline_language::Language::Chinese);
    let said = expand_format(&zh, &arguments, &language, &|field| {
        let binding = find_field(field);
        quote!(*#binding)
    })?;
    let cause = expand_cause(fields);
    Ok(Arms {
        sentence: quote! {
            #[allow(unused_variables)]
            #pattern => match language {
                ::trueline_language::Language::Chinese => #said,
                ::trueline_language::Language::English => ::std::string::ToString::to_string(self),
            },
        },
        cause: quote! {
            #[allow(unused_variables)]
            #pattern => #cause,
        },
    })
}

/// The cause of an error: what thiserror takes as its source.
fn expand_cause(fields: &Fields) -> TokenStream {
    match find_source(fields) {
        None => quote!(::std::option::Option::None),
        Some((field, is_optional)) => {
            let binding = name_binding(&field);
            let cause = |value: TokenStream| {
                quote! {{
                    #[allow(unused_imports)]
                    use ::trueline_language::generated::{
                        BoxedCause as _, ExplainedCause as _, ForeignCause as _,
                    };
                    (&::trueline_language::generated::Part(#value)).as_cause()
                }}
            };
            if is_optional {
                let inner = cause(quote!(inner));
                quote!(#binding.as_ref().map(|inner| #inner))
            } else {
                let cause = cause(quote!(#binding));
                quote!(::std::option::Option::Some(#cause))
            }
        }
    }
}

fn expand_transparent(pattern: &TokenStream, span: Span, fields: &Fields) -> syn::Result<Arms> {
    let Some(name) = list_fields(fields).into_iter().next().filter(|_| fields.len() == 1) else {
        return Err(syn::Error::new(span, "`#[error(transparent)]` takes one field"));
    };
    let binding = name_binding(&name);
    let ask = |question: TokenStream| {
        quote! {{
            #[allow(unused_imports)]
            use ::trueline_language::generated::{ExplainedCause as _, ForeignCause as _};
            (&::trueline_language::generated::Part(#binding)).#question
        }}
    };
    let (sentence, cause) =
        (ask(quote!(sentence_of_error(language))), ask(quote!(cause_of_error())));
    Ok(Arms { sentence: quote!(#pattern => #sentence,), cause: quote!(#pattern => #cause,) })
}

fn find_attribute<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident(name))
}

/// The names of the fields, or their numbers.
fn list_fields(fields: &Fields) -> Vec<String> {
    let name = |(index, field): (usize, &syn::Field)| match &field.ident {
        Some(ident) => ident.to_string(),
        None => index.to_string(),
    };
    fields.iter().enumerate().map(name).collect()
}

/// What a field is bound to; a name that no argument can have by chance.
fn name_binding(field: &str) -> Ident {
    format_ident!("field_{}", field.trim_start_matches("r#"))
}

fn expand_pattern(path: &TokenStream, fields: &Fields) -> TokenStream {
    let names = list_fields(fields);
    let bindings = names.iter().map(|name| name_binding(name));
    match fields {
        Fields::Named(named) => {
            let idents = named.named.iter().filter_map(|field| field.ident.as_ref());
            quote!(#path { #(#idents: #bindings),* })
        }
        Fields::Unnamed(_) => quote!(#path(#(#bindings),*)),
        Fields::Unit => quote!(#path),
    }
}

/// The field that is the cause, as thiserror finds it, and whether it is an `Option`.
fn find_source(fields: &Fields) -> Option<(String, bool)> {
    let is_source = |field: &syn::Field| {
        find_attribute(&field.attrs, "source").is_some()
            || find_attribute(&field.attrs, "from").is_some()
            || field.ident.as_ref().is_some_and(|name| name == "source")
    };
    let index = fields.iter().position(is_source)?;
    let is_optional = match &fields.iter().nth(index)?.ty {
        syn::Type::Path(path) => {
            path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
        }
        _ => false,
    };
    Some((list_fields(fields).into_iter().nth(index)?, is_optional))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(input: &DeriveInput) -> String {
        let errors = expand_derive(input).unwrap_err();
        errors.into_iter().map(|error| error.to_string()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_variant_without_chinese_is_named() {
        let refused = refuse(&syn::parse_quote! {
            enum OpenError {
                #[error("no file")]
                #[zh("没有文件")]
                NoFile,
                #[error("empty")]
                Empty,
                #[error("{0}")]
                Other(String),
            }
        });
        assert_eq!(
            refused,
            "`OpenError :: Empty` has no sentence in Chinese: add #[zh(\"…\")]; \
             `OpenError :: Other` has no sentence in Chinese: add #[zh(\"…\")]"
        );
    }

    #[test]
    fn both_sentences_name_the_same_fields() {
        let refused = refuse(&syn::parse_quote! {
            #[error("no column {column} in {file}")]
            #[zh("没有列 {column}")]
            struct NoColumn { column: String, file: String }
        });
        let expected = "the Chinese sentence names [{column}], the English one [{column}, {file}]";
        assert_eq!(refused, expected);
    }

    #[test]
    fn each_sentence_is_in_its_language() {
        let refused = refuse(&syn::parse_quote! {
            enum OpenError {
                #[error("no file")]
                #[zh("no file")]
                NoFile,
                #[error("没有文件")]
                #[zh("没有文件")]
                Absent,
            }
        });
        let expected = "the Chinese sentence holds no Chinese; the English sentence holds Chinese";
        assert_eq!(refused, expected);
    }
}
