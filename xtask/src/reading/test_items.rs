//! Takes the items that only tests compile out of a syntax tree.
//!
//! An item is test-only if it is a `#[test]`, or if its `#[cfg(…)]` is certainly false without
//! `test`: `cfg(test)` and `cfg(all(test, unix))` are, `cfg(any(test, unix))` and
//! `cfg(not(test))` are not.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ImplItem, Item, Meta, Stmt, Token, TraitItem};

use super::references::Child;

/// What was taken out.
#[derive(Debug, Default)]
pub(crate) struct TestItems {
    /// First and last line of each item.
    pub(crate) lines: Vec<(usize, usize)>,
    /// `mod name;` declarations, whose files hold tests as a whole.
    pub(crate) files: Vec<Child>,
    /// The inline modules around the item that is looked at.
    inside: Vec<String>,
}

impl TestItems {
    pub(crate) fn contains(&self, line: usize) -> bool {
        self.lines.iter().any(|(first, last)| (*first..=*last).contains(&line))
    }

    fn take(&mut self, attributes: &[Attribute], span: impl FnOnce() -> Span) -> bool {
        let takes = is_test_only(attributes);
        if takes {
            let span = span();
            self.lines.push((span.start().line, span.end().line));
        }
        takes
    }

    fn take_items(&mut self, items: &mut Vec<Item>) {
        items.retain(|item| {
            let takes = self.take(item_attributes(item), || item.span());
            if let (true, Item::Mod(module)) = (takes, item)
                && module.content.is_none()
            {
                self.files.push(Child::declared_by(module, self.inside.clone()));
            }
            !takes
        });
    }
}

/// Removes every test-only item of `file`.
pub(crate) fn remove_test_items(file: &mut syn::File) -> TestItems {
    let mut removed = TestItems::default();
    removed.visit_file_mut(file);
    removed
}

impl VisitMut for TestItems {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        self.take_items(&mut file.items);
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        self.inside.push(module.ident.to_string());
        if let Some((_, items)) = &mut module.content {
            self.take_items(items);
        }
        visit_mut::visit_item_mod_mut(self, module);
        self.inside.pop();
    }

    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        block.items.retain(|item| {
            let attributes = match item {
                ImplItem::Const(item) => &item.attrs,
                ImplItem::Fn(item) => &item.attrs,
                ImplItem::Type(item) => &item.attrs,
                ImplItem::Macro(item) => &item.attrs,
                _ => return true,
            };
            !self.take(attributes, || item.span())
        });
        visit_mut::visit_item_impl_mut(self, block);
    }

    fn visit_item_trait_mut(&mut self, block: &mut syn::ItemTrait) {
        block.items.retain(|item| {
            let attributes = match item {
                TraitItem::Const(item) => &item.attrs,
                TraitItem::Fn(item) => &item.attrs,
                TraitItem::Type(item) => &item.attrs,
                TraitItem::Macro(item) => &item.attrs,
                _ => return true,
            };
            !self.take(attributes, || item.span())
        });
        visit_mut::visit_item_trait_mut(self, block);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain(|statement| {
            let attributes = match statement {
                Stmt::Local(local) => &local.attrs,
                Stmt::Item(item) => item_attributes(item),
                Stmt::Macro(call) => &call.attrs,
                Stmt::Expr(expression, _) => expression_attributes(expression),
            };
            !self.take(attributes, || statement.span())
        });
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_fields_named_mut(&mut self, fields: &mut syn::FieldsNamed) {
        let kept = fields.named.iter().filter(|field| !self.take(&field.attrs, || field.span()));
        fields.named = kept.cloned().collect();
        visit_mut::visit_fields_named_mut(self, fields);
    }

    fn visit_item_enum_mut(&mut self, item: &mut syn::ItemEnum) {
        let kept = item.variants.iter().filter(|variant| {
            let takes = self.take(&variant.attrs, || variant.span());
            !takes
        });
        item.variants = kept.cloned().collect();
        visit_mut::visit_item_enum_mut(self, item);
    }

    fn visit_expr_match_mut(&mut self, item: &mut syn::ExprMatch) {
        item.arms.retain(|arm| !self.take(&arm.attrs, || arm.span()));
        visit_mut::visit_expr_match_mut(self, item);
    }
}

/// Whether an item with these attributes is compiled for tests only.
fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("cfg") => list
            .parse_args::<Meta>()
            .is_ok_and(|condition| holds_without_test(&condition) == Some(false)),
        Meta::List(_) | Meta::NameValue(_) => false,
    })
}

/// What a `cfg` condition is where `test` is off; `None` if other settings decide.
fn holds_without_test(condition: &Meta) -> Option<bool> {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test").then_some(false);
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let mut values = parts.iter().map(holds_without_test);
    if list.path.is_ident("not") {
        values.next()?.map(|value| !value)
    } else if list.path.is_ident("all") {
        values.any(|value| value == Some(false)).then_some(false)
    } else if list.path.is_ident("any") {
        values.all(|value| value == Some(false)).then_some(false)
    } else {
        None
    }
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn expression_attributes(expression: &Expr) -> &[Attribute] {
    match expression {
        Expr::Block(item) => &item.attrs,
        Expr::Call(item) => &item.attrs,
        Expr::ForLoop(item) => &item.attrs,
        Expr::If(item) => &item.attrs,
        Expr::Match(item) => &item.attrs,
        Expr::MethodCall(item) => &item.attrs,
        Expr::Macro(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remaining(text: &str) -> (usize, Vec<(usize, usize)>) {
        let mut file = syn::parse_file(text).unwrap();
        let removed = remove_test_items(&mut file);
        (file.items.len(), removed.lines)
    }

    #[test]
    fn what_only_tests_compile_is_taken_out_and_the_rest_of_the_file_stays() {
        let text =
            "#[cfg(test)]\nuse a::b;\nfn product() {}\n#[cfg(all(test, unix))]\nmod tests {\n}\n";
        assert_eq!(remaining(text), (1, vec![(1, 2), (4, 6)]));
        assert_eq!(remaining("#[test]\nfn a_fact() {}"), (0, vec![(1, 2)]));
    }

    #[test]
    fn what_a_release_compiles_too_stays() {
        for condition in ["any(test, unix)", "not(test)", "unix", "feature = \"test\"", "all(unix)"]
        {
            assert_eq!(remaining(&format!("#[cfg({condition})]\nfn f() {{}}")), (1, vec![]));
        }
    }

    #[test]
    fn test_only_methods_fields_statements_and_arms_are_taken_out() {
        let text = "impl A {\n#[cfg(test)]\nfn f() {}\n}\nstruct S {\n#[cfg(test)]\na: u8,\nb: u8 }\n\
                    fn g() {\n#[cfg(test)]\nlet a = 1;\nmatch a {\n#[cfg(test)]\n1 => {}\n_ => {} } }";
        assert_eq!(remaining(text).1, [(2, 3), (6, 7), (10, 11), (13, 14)]);
    }

    #[test]
    fn a_declared_test_module_is_remembered_with_where_it_stands() {
        let mut file = syn::parse_file("mod a {\n#[cfg(test)]\nmod planted;\n}").unwrap();
        let removed = remove_test_items(&mut file);
        assert_eq!(removed.files.len(), 1);
        assert_eq!(removed.files[0].name, "planted");
        assert_eq!(removed.files[0].inside, ["a"]);
    }
}
