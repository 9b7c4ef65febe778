pub(crate) mod tests {}
