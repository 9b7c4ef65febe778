//! The packs that come with the program.

/// The name and text of every shipped pack, the most general first.
pub(super) const PACKS: &[(&str, &str)] = &[
    ("cn-miit", include_str!("../../../packs/cn-miit.toml")),
    ("cn-henan", include_str!("../../../packs/cn-henan.toml")),
    ("operator-promise", include_str!("../../../packs/operator-promise.toml")),
    ("etsi-eg-202-057", include_str!("../../../packs/etsi-eg-202-057.toml")),
    ("in-trai", include_str!("../../../packs/in-trai.toml")),
    ("uk-ofcom", include_str!("../../../packs/uk-ofcom.toml")),
];

/// The names of the packs that come with the program.
pub(crate) fn shipped_packs() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(name, _)| *name)
}

/// The text of a shipped pack, for a person who wants to start from it.
pub(crate) fn shipped_pack_text(name: &str) -> Option<&'static str> {
    PACKS.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}
