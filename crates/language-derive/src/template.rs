//! A format string taken apart: `"{file}, line {line:>4}"`.

use syn::LitStr;

/// One `{…}` of a format string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    /// The name or number before the colon; empty for `{}`.
    pub(crate) name: String,
    /// What follows the colon, and the colon with it.
    pub(crate) spec: String,
}

/// The text between slots, and the slots: one more text than there are slots.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) texts: Vec<String>,
    pub(crate) slots: Vec<Slot>,
}

impl Template {
    /// Braces that are doubled stay so in the texts.
    pub(crate) fn parse_literal(literal: &LitStr) -> syn::Result<Template> {
        let value = literal.value();
        let (mut texts, mut slots) = (vec![String::new()], Vec::new());
        let mut rest = value.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            push_text(&mut texts, before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                push_text(&mut texts, &from[..2]);
                rest = after;
                continue;
            }
            let end = from.strip_prefix('{').and_then(|inner| inner.find('}'));
            let end = end.ok_or_else(|| syn::Error::new(literal.span(), "a brace stands alone"))?;
            let inner = &from[1..=end];
            let (name, spec) = inner.split_at(inner.find(':').unwrap_or(inner.len()));
            if spec.contains('$') {
                let message = "a width or precision from an argument is not supported here";
                return Err(syn::Error::new(literal.span(), message));
            }
            slots.push(Slot { name: name.trim().to_owned(), spec: spec.to_owned() });
            texts.push(String::new());
            rest = &from[end + 2..];
        }
        push_text(&mut texts, rest);
        Ok(Template { texts, slots })
    }

    /// What the slots name, each once and in order, so that two templates can be compared.
    pub(crate) fn list_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut next = 0;
        for slot in &self.slots {
            if slot.name.is_empty() {
                names.push(format!("{{}} number {next}"));
                next += 1;
            } else {
                names.push(format!("{{{}}}", slot.name));
            }
        }
        names.sort();
        names.dedup();
        names
    }

    pub(crate) fn has_words(&self) -> bool {
        self.texts.iter().any(|text| text.chars().any(char::is_alphabetic))
    }

    pub(crate) fn has_chinese(&self) -> bool {
        self.texts.iter().any(|text| contains_chinese(text))
    }
}

pub(crate) fn contains_chinese(text: &str) -> bool {
    text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

fn push_text(texts: &mut [String], more: &str) {
    if let Some(last) = texts.last_mut() {
        last.push_str(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> syn::Result<Template> {
        Template::parse_literal(&LitStr::new(text, proc_macro2::Span::call_site()))
    }

    #[test]
    fn texts_and_slots_come_apart() {
        let parsed = parse("{file}: {{not}} {0:#04x}{}.").unwrap();
        assert_eq!(parsed.texts, ["", ": {{not}} ", "", "."]);
        let slots = parsed.slots.iter().map(|slot| (slot.name.as_str(), slot.spec.as_str()));
        assert_eq!(slots.collect::<Vec<_>>(), [("file", ""), ("0", ":#04x"), ("", "")]);
        assert_eq!(parsed.list_names(), ["{0}", "{file}", "{} number 0"]);
        assert!(parsed.has_words() && !parsed.has_chinese());
    }

    #[test]
    fn a_lone_brace_is_refused() {
        assert!(parse("{file").is_err());
        assert!(parse("file}").is_err());
    }
}
