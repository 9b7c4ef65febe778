//! Arguments, settings, wiring.
fn main() {}
