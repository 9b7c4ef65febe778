//! What the product code of a file defines, imports and names, module by module.
//!
//! Nothing is resolved here: a path stands as it is written. `graph` finds out what it means.

use std::collections::HashSet;

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Expr, Item, Pat, UseTree, Visibility};

use super::macros::{MacroInput, find_token_paths, find_token_unwraps, read_macro_input};

/// One module of a file: the file itself, or a `mod name { … }` in it.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Where it stands inside the file; empty for the file itself.
    pub(crate) inside: Vec<String>,
    pub(crate) items: Vec<Definition>,
    pub(crate) imports: Vec<Import>,
    pub(crate) children: Vec<Child>,
    pub(crate) paths: Vec<NamedPath>,
}

/// An item that a module defines.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// Bare `pub`.
    pub(crate) is_public: bool,
    pub(crate) is_function: bool,
}

/// One name that a `use` brings in.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) segments: Vec<String>,
    /// The name here; `None` for `*` and for `as _`.
    pub(crate) name: Option<String>,
    pub(crate) is_glob: bool,
    /// `pub use`, `pub(crate) use`: the name is handed on.
    pub(crate) is_handed_on: bool,
    pub(crate) line: usize,
}

/// A `mod name;` whose file stands elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) name: String,
    pub(crate) inside: Vec<String>,
    /// What `#[path = "…"]` says.
    pub(crate) file: Option<String>,
}

/// A path in an expression, a type, a pattern, an attribute or a macro.
#[derive(Debug)]
pub(crate) struct NamedPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl Child {
    pub(crate) fn declared_by(module: &syn::ItemMod, inside: Vec<String>) -> Self {
        let mut file = module.attrs.iter().filter(|attribute| attribute.path().is_ident("path"));
        let file = file.find_map(|attribute| read_text_value(&attribute.meta));
        Self { name: module.ident.to_string(), inside, file }
    }
}

/// The text of `name = "text"`.
pub(crate) fn read_text_value(meta: &syn::Meta) -> Option<String> {
    let syn::Meta::NameValue(pair) = meta else { return None };
    match &pair.value {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// What a file names, and where it calls `unwrap`.
#[derive(Debug, Default)]
pub(crate) struct References {
    pub(crate) modules: Vec<Module>,
    pub(crate) unwraps: Vec<usize>,
    /// `x.now()`: asking a clock that was handed over.
    pub(crate) clock_calls: Vec<NamedPath>,
    current: usize,
    /// Names that the functions around the current place bind: they hide items.
    bound: Vec<HashSet<String>>,
}

/// Reads a file whose test-only items are gone already.
pub(crate) fn find_references(file: &syn::File) -> References {
    let mut found = References { modules: vec![Module::default()], ..References::default() };
    found.visit_file(file);
    found
}

impl References {
    fn module(&mut self) -> &mut Module {
        &mut self.modules[self.current]
    }

    fn define(&mut self, name: &Ident, visibility: &Visibility, is_function: bool) {
        // What a function defines inside itself is nobody else's.
        if self.bound.is_empty() {
            let definition = Definition {
                name: name.to_string(),
                line: name.span().start().line,
                is_public: matches!(visibility, Visibility::Public(_)),
                is_function,
            };
            self.module().items.push(definition);
        }
    }

    fn add_path(&mut self, segments: Vec<String>, line: usize) {
        let is_hidden = segments.len() == 1 && {
            let name = &segments[0];
            name == "Self" || name == "self" || self.bound.iter().any(|names| names.contains(name))
        };
        if !is_hidden {
            self.module().paths.push(NamedPath { segments, line });
        }
    }

    fn add_import(&mut self, tree: &UseTree, before: &[String], is_handed_on: bool) {
        let (mut segments, mut name, mut is_glob) = (before.to_vec(), None, false);
        let line = match tree {
            UseTree::Path(path) => {
                segments.push(path.ident.to_string());
                return self.add_import(&path.tree, &segments, is_handed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_import(tree, before, is_handed_on);
                }
                return;
            }
            UseTree::Name(leaf) => {
                if leaf.ident != "self" {
                    segments.push(leaf.ident.to_string());
                }
                name = segments.last().cloned();
                leaf.ident.span().start().line
            }
            UseTree::Rename(leaf) => {
                if leaf.ident != "self" {
                    segments.push(leaf.ident.to_string());
                }
                name = Some(leaf.rename.to_string()).filter(|name| name != "_");
                leaf.ident.span().start().line
            }
            UseTree::Glob(leaf) => {
                is_glob = true;
                leaf.star_token.spans[0].start().line
            }
        };
        self.module().imports.push(Import { segments, name, is_glob, is_handed_on, line });
    }

    fn visit_function(&mut self, visit: impl FnOnce(&mut Self), bound: HashSet<String>) {
        self.bound.push(bound);
        visit(self);
        self.bound.pop();
    }
}

impl<'ast> Visit<'ast> for References {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.define(&item.ident, &item.vis, false),
            Item::Enum(item) => self.define(&item.ident, &item.vis, false),
            Item::Fn(item) => self.define(&item.sig.ident, &item.vis, true),
            Item::Static(item) => self.define(&item.ident, &item.vis, false),
            Item::Struct(item) => self.define(&item.ident, &item.vis, false),
            Item::Trait(item) => self.define(&item.ident, &item.vis, false),
            Item::Type(item) => self.define(&item.ident, &item.vis, false),
            Item::Union(item) => self.define(&item.ident, &item.vis, false),
            Item::Macro(item) => {
                if let Some(name) = &item.ident {
                    self.define(name, &Visibility::Inherited, false);
                }
            }
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let mut inside = self.module().inside.clone();
        if module.content.is_none() {
            // The path of the child is counted from the module that declares it.
            let child = Child::declared_by(module, inside);
            self.module().children.push(child);
            return;
        }
        inside.push(module.ident.to_string());
        let outer = self.current;
        self.current = self.modules.len();
        self.modules.push(Module { inside, ..Module::default() });
        visit::visit_item_mod(self, module);
        self.current = outer;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_handed_on = !matches!(item.vis, Visibility::Inherited);
        self.add_import(&item.tree, &[], is_handed_on);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let mut bound = BoundNames::default();
        bound.visit_item_fn(item);
        self.visit_function(|this| visit::visit_item_fn(this, item), bound.0);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let mut bound = BoundNames::default();
        bound.visit_impl_item_fn(item);
        self.visit_function(|this| visit::visit_impl_item_fn(this, item), bound.0);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let mut bound = BoundNames::default();
        bound.visit_trait_item_fn(item);
        self.visit_function(|this| visit::visit_trait_item_fn(this, item), bound.0);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let Some(first) = path.segments.first() {
            self.add_path(segments, first.ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        // `NULL => …` names a constant; a lower-case name binds a variable.
        let name = pattern.ident.to_string();
        if name.starts_with(char::is_uppercase) {
            self.add_path(vec![name], pattern.ident.span().start().line);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {
        // `pub(super)` and `pub(in crate::a)` use nothing of the module that they name.
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        match &attribute.meta {
            syn::Meta::List(list) => {
                for path in find_token_paths(list.tokens.clone()) {
                    self.add_path(path.segments, path.line);
                }
                // serde names functions in texts: `with = "crate::dates"`.
                let _ = attribute.parse_nested_meta(|pair| {
                    let Ok(text) = pair.value()?.parse::<syn::LitStr>() else { return Ok(()) };
                    if let Ok(path) = text.parse::<syn::Path>()
                        && list.path.is_ident("serde")
                    {
                        Visit::visit_path(self, &path);
                    }
                    Ok(())
                });
            }
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => {}
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        match read_macro_input(&call.tokens) {
            MacroInput::Expressions(expressions) => {
                for expression in &expressions {
                    Visit::visit_expr(self, expression);
                }
            }
            MacroInput::Statements(statements) => {
                for statement in &statements {
                    Visit::visit_stmt(self, statement);
                }
            }
            MacroInput::Tokens(paths) => {
                for path in paths {
                    self.add_path(path.segments, path.line);
                }
                self.unwraps.extend(find_token_unwraps(call.tokens.clone()));
            }
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" && call.args.is_empty() {
            self.unwraps.push(call.method.span().start().line);
        }
        let method = call.method.to_string();
        if method.starts_with("now") && call.args.is_empty() {
            let line = call.method.span().start().line;
            self.clock_calls.push(NamedPath { segments: vec![method], line });
        }
        visit::visit_expr_method_call(self, call);
    }
}

/// The lower-case names that the patterns of a function bind.
#[derive(Default)]
struct BoundNames(HashSet<String>);

impl<'ast> Visit<'ast> for BoundNames {
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Ident(pattern) = pattern {
            let name = pattern.ident.to_string();
            if name.starts_with(char::is_lowercase) {
                self.0.insert(name);
            }
        }
        visit::visit_pat(self, pattern);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> References {
        find_references(&syn::parse_file(text).unwrap())
    }

    fn paths_of(text: &str) -> Vec<String> {
        read(text).modules[0].paths.iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn nested_groups_renames_and_globs_are_imports() {
        let found = read("pub(crate) use crate::a::{self, b::{C, D as E}, f::*};");
        let imports: Vec<_> = found.modules[0]
            .imports
            .iter()
            .map(|import| (import.segments.join("::"), import.name.clone(), import.is_glob))
            .collect();
        assert_eq!(
            imports,
            [
                ("crate::a".into(), Some("a".into()), false),
                ("crate::a::b::C".into(), Some("C".into()), false),
                ("crate::a::b::D".into(), Some("E".into()), false),
                ("crate::a::f".into(), None, true),
            ]
        );
        assert!(found.modules[0].imports.iter().all(|import| import.is_handed_on));
    }

    #[test]
    fn paths_in_expressions_types_patterns_macros_and_attributes_are_named() {
        assert_eq!(paths_of("fn f() { a::b(c::D { e: 1 }); }"), ["a::b", "c::D"]);
        assert_eq!(paths_of("struct S { a: Vec<b::C> }"), ["Vec", "b::C"]);
        assert_eq!(paths_of("fn f(a: u8) { match a { NULL => {} _ => {} } }"), ["u8", "NULL"]);
        assert_eq!(paths_of("fn f() { format!(\"{}\", a::b()); }"), ["format", "a::b"]);
        assert_eq!(paths_of("fn f() { x!(a::b => c); }"), ["x", "a::b"]);
        assert_eq!(paths_of("#[serde(with = \"a::b\")] struct S;"), ["a::b"]);
        assert_eq!(paths_of("#[arg(value_parser = a::b)] struct S;"), ["a::b"]);
        assert_eq!(paths_of("pub(in crate::a) struct S;"), [""; 0]);
    }

    #[test]
    fn a_variable_hides_the_function_of_its_name() {
        assert_eq!(paths_of("fn f(render: u8) { g(render) }"), ["u8", "g"]);
    }

    #[test]
    fn an_inline_module_has_its_own_names() {
        let found = read("mod a { fn f() { b::c() } mod d; } fn g() {}");
        assert_eq!(found.modules.len(), 2);
        assert_eq!(found.modules[1].inside, ["a"]);
        assert_eq!(found.modules[1].paths[0].segments, ["b", "c"]);
        assert_eq!(found.modules[1].children[0].inside, ["a"]);
        assert_eq!(found.modules[0].items.len(), 1);
    }

    #[test]
    fn unwraps_are_found_in_code_and_in_macros_but_not_in_words() {
        let text = "/// `a.unwrap()`\nfn f() {\n a.unwrap();\n m!(a => b.unwrap());\n \
                    \"a.unwrap()\"; a.unwrap_or(1); }";
        assert_eq!(read(text).unwraps, [3, 4]);
    }
}
