//! Functions, types, flags and error messages of a file, as the rules ask for them.

use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Pat, Type};

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    /// From the `fn` to the brace that closes it.
    pub(crate) lines: usize,
    /// `self` is not counted.
    pub(crate) parameters: usize,
    pub(crate) in_tests: bool,
}

/// A struct, an enum or a trait.
#[derive(Debug)]
pub(crate) struct NamedType {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) in_tests: bool,
}

/// A parameter or a field of the type `bool`.
#[derive(Debug)]
pub(crate) struct Flag {
    pub(crate) name: String,
    pub(crate) line: usize,
}

/// An `#[error(…)]`.
#[derive(Debug)]
pub(crate) struct ErrorMessage {
    pub(crate) line: usize,
    pub(crate) is_transparent: bool,
    /// A `#[zh("…")]` stands beside it.
    pub(crate) is_in_chinese: bool,
}

/// What a file defines, tests included.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) functions: Vec<Function>,
    pub(crate) types: Vec<NamedType>,
    pub(crate) flags: Vec<Flag>,
    pub(crate) messages: Vec<ErrorMessage>,
    pub(crate) ignored_tests: Vec<usize>,
}

pub(crate) fn find_definitions(file: &syn::File) -> Definitions {
    let mut found = Definitions::default();
    found.visit_file(file);
    found
}

impl Definitions {
    fn add_function(&mut self, signature: &syn::Signature, end: usize) {
        let line = signature.fn_token.span.start().line;
        let is_counted = |input: &&FnArg| matches!(input, FnArg::Typed(_));
        self.functions.push(Function {
            name: signature.ident.to_string(),
            line,
            lines: end + 1 - line,
            parameters: signature.inputs.iter().filter(is_counted).count(),
            in_tests: false,
        });
    }

    fn add_type(&mut self, name: &syn::Ident) {
        let line = name.span().start().line;
        self.types.push(NamedType { name: name.to_string(), line, in_tests: false });
    }

    fn add_message(&mut self, attributes: &[Attribute]) {
        let is_in_chinese = attributes.iter().any(|attribute| attribute.path().is_ident("zh"));
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("error")) {
            let is_transparent =
                attribute.parse_args::<syn::Ident>().is_ok_and(|word| word == "transparent");
            let line = attribute.pound_token.span.start().line;
            self.messages.push(ErrorMessage { line, is_transparent, is_in_chinese });
        }
    }

    fn add_flag(&mut self, name: &syn::Ident, of: &Type) {
        if matches!(of, Type::Path(path) if path.path.is_ident("bool")) {
            let line = name.span().start().line;
            self.flags.push(Flag { name: name.to_string(), line });
        }
    }
}

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add_function(&item.sig, item.block.brace_token.span.close().end().line);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add_function(&item.sig, item.block.brace_token.span.close().end().line);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        let body = item.default.as_ref().map(|block| block.brace_token.span.close());
        self.add_function(&item.sig, body.unwrap_or_else(|| item.sig.span()).end().line);
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add_type(&item.ident);
        self.add_message(&item.attrs);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add_type(&item.ident);
        self.add_message(&item.attrs);
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.add_type(&item.ident);
        visit::visit_item_trait(self, item);
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.add_message(&variant.attrs);
        visit::visit_variant(self, variant);
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if let Some(name) = &field.ident {
            self.add_flag(name, &field.ty);
        }
        visit::visit_field(self, field);
    }

    fn visit_pat_type(&mut self, parameter: &'ast syn::PatType) {
        if let Pat::Ident(name) = &*parameter.pat {
            self.add_flag(&name.ident, &parameter.ty);
        }
        visit::visit_pat_type(self, parameter);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("ignore") {
            self.ignored_tests.push(attribute.pound_token.span.start().line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Definitions {
        find_definitions(&syn::parse_file(text).unwrap())
    }

    #[test]
    fn a_function_ends_where_its_body_ends() {
        let found =
            read("impl A {\n  pub fn f(\n    &self,\n    a: u8,\n  ) {\n    g(\n    );\n  }\n}");
        let function = &found.functions[0];
        assert_eq!((function.line, function.lines, function.parameters), (2, 7, 1));
    }

    #[test]
    fn nested_functions_and_those_of_traits_are_functions() {
        let found = read("fn f() { fn g() {} } trait T { fn h(&self); fn i() {} }");
        let names: Vec<_> = found.functions.iter().map(|function| &function.name).collect();
        assert_eq!(names, ["f", "g", "h", "i"]);
    }

    #[test]
    fn a_message_knows_whether_it_is_in_both_languages() {
        let found = read(
            "enum E { #[error(\"a\")] A, #[error(\"b\")] #[zh(\"乙\")] B, #[error(transparent)] C }",
        );
        let messages: Vec<_> = found
            .messages
            .iter()
            .map(|message| (message.is_transparent, message.is_in_chinese))
            .collect();
        assert_eq!(messages, [(false, false), (false, true), (true, false)]);
    }

    #[test]
    fn flags_are_fields_parameters_and_typed_variables() {
        let found = read("struct S { a: bool, b: u8 } fn f(c: bool) { |d: bool| d; }");
        let names: Vec<_> = found.flags.iter().map(|flag| &flag.name).collect();
        assert_eq!(names, ["a", "c", "d"]);
    }
}
