//! The site: what stands around every page, and what the systems add to it.
//!
//! A system declares its links, templates and words as a [`PageSet`]; `router.rs` puts them
//! together.

use std::collections::BTreeMap;

use axum::response::Html;
use minijinja::{Environment, Value, context};

use super::Refusal;
use super::words::WORDS;
use crate::language::Language;

/// What a system adds to the pages of the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PageSet {
    /// In the navigation, in this order.
    pub(crate) links: &'static [NavigationLink],
    /// Name and text, compiled in.
    pub(crate) templates: &'static [(&'static str, &'static str)],
    /// The words of these templates: name, Chinese, English.
    pub(crate) words: &'static [(&'static str, &'static str, &'static str)],
}

/// A link of the navigation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NavigationLink {
    pub(crate) path: &'static str,
    pub(crate) chinese: &'static str,
    pub(crate) english: &'static str,
}

/// Whose site it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteOwner {
    /// The company in Chinese and English.
    pub(crate) company: (String, String),
    /// The period that is shown where none is asked for.
    pub(crate) period: String,
    /// Whether every page says that the records are simulated.
    pub(crate) simulated: bool,
}

/// The shell of all pages with the templates of every system.
#[derive(Debug)]
pub(crate) struct Site {
    owner: SiteOwner,
    links: Vec<NavigationLink>,
    environment: Environment<'static>,
    words: BTreeMap<&'static str, (&'static str, &'static str)>,
}

/// What the shell says about a page.
#[derive(Debug)]
pub(crate) struct PageShell {
    pub(crate) title: String,
    pub(crate) language: Language,
    pub(crate) period: String,
    /// The path of this page, to mark it in the navigation and to switch its language.
    pub(crate) path: String,
    /// The query without `lang`.
    pub(crate) query: String,
    /// What the links to other pages keep of the query, such as `&period=2020-05`.
    pub(crate) kept: String,
}

/// The pages that every site has.
const OWN: PageSet = PageSet {
    links: &[],
    templates: &[
        ("shell.html", include_str!("../../console/templates/shell.html")),
        ("refusal.html", include_str!("../../console/templates/refusal.html")),
    ],
    words: WORDS,
};

impl Site {
    /// Parses every template. They are ours and tested, so they parse.
    pub(crate) fn new(owner: SiteOwner, sets: &[PageSet]) -> Site {
        let mut environment = Environment::new();
        let (mut links, mut words) = (Vec::new(), BTreeMap::new());
        for set in std::iter::once(&OWN).chain(sets) {
            for (name, text) in set.templates {
                environment.add_template(name, text).expect("our own templates parse");
            }
            links.extend(set.links);
            words.extend(set.words.iter().map(|(name, zh, en)| (*name, (*zh, *en))));
        }
        Site { owner, links, environment, words }
    }

    /// The period that is shown where none is asked for.
    pub(crate) fn period(&self) -> &str {
        &self.owner.period
    }

    /// Renders a page: the shell's words and links, and what the template itself needs.
    pub(crate) fn render(
        &self,
        template: &str,
        page: &PageShell,
        body: Value,
    ) -> Result<Html<String>, Refusal> {
        let template =
            self.environment.get_template(template).map_err(|error| Refusal::failed(&error))?;
        let words = self.words_in(page.language);
        let context = context! { page => self.describe(page), words, ..body };
        template.render(context).map(Html).map_err(|error| Refusal::failed(&error))
    }

    /// The words by the name that templates use.
    fn words_in(&self, language: Language) -> Value {
        let picked = self.words.iter().map(|(name, (zh, en))| (*name, language.pick(*zh, *en)));
        Value::from(picked.collect::<BTreeMap<&str, &str>>())
    }

    fn describe(&self, page: &PageShell) -> Value {
        let language = page.language;
        let code = language.code();
        let other = language.pick(Language::English, Language::Chinese);
        let links: Vec<Value> = self
            .links
            .iter()
            .map(|link| {
                let text = language.pick(link.chinese, link.english);
                let here = link.path == page.path;
                let href = format!("{}?lang={code}{}", link.path, page.kept);
                context! { href, text, here }
            })
            .collect();
        let joined = if page.query.is_empty() { String::new() } else { format!("&{}", page.query) };
        let (chinese, english) = &self.owner.company;
        context! {
            title => page.title.clone(),
            lang => language.language_tag(),
            code,
            path => page.path.clone(),
            company => language.pick(chinese, english).clone(),
            period => page.period.clone(),
            simulated => self.owner.simulated,
            other => context! {
                href => format!("{}?lang={}{joined}", page.path, other.code()),
                lang => other.code(),
                text => other.pick("中文", "English"),
            },
            links,
        }
    }
}

#[cfg(test)]
pub(crate) use tests::check_words;

#[cfg(test)]
mod tests {
    use super::*;

    fn named_words(text: &'static str) -> impl Iterator<Item = &'static str> {
        text.split("words.").skip(1).map(|part| {
            let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_');
            &part[..end.unwrap_or(part.len())]
        })
    }

    /// Every word that a template names is there, and every word is named by a template.
    pub(crate) fn check_words(sets: &[PageSet]) {
        let site = Site::new(SiteOwner::default(), sets);
        let all: Vec<&PageSet> = std::iter::once(&OWN).chain(sets).collect();
        let templates = || all.iter().flat_map(|set| set.templates).map(|(_, text)| *text);
        let mut named = 0;
        for name in templates().flat_map(named_words) {
            named += 1;
            assert!(site.words.contains_key(name), "no word `{name}`");
        }
        assert!(named > 5, "{named} words looked at");
        for name in site.words.keys() {
            let is_named = templates().flat_map(named_words).any(|used| used == *name);
            assert!(is_named, "no template says `{name}`");
        }
    }

    #[test]
    fn the_shell_has_all_its_words() {
        check_words(&[]);
    }
}
