//! The mappings that come with the program.

/// Name and text of every shipped mapping.
const MAPPINGS: &[(&str, &str)] = &[
    ("anatel-ida", include_str!("../../../mappings/anatel-ida.toml")),
    ("comcast-complaints", include_str!("../../../mappings/comcast-complaints.toml")),
    ("ftc-dnc-reports", include_str!("../../../mappings/ftc-dnc-reports.toml")),
    ("gov-messages-zh", include_str!("../../../mappings/gov-messages-zh.toml")),
    ("mathorcup-net-unscored", include_str!("../../../mappings/mathorcup-net-unscored.toml")),
    ("mathorcup-net", include_str!("../../../mappings/mathorcup-net.toml")),
    ("mathorcup-voice-unscored", include_str!("../../../mappings/mathorcup-voice-unscored.toml")),
    ("mathorcup-voice", include_str!("../../../mappings/mathorcup-voice.toml")),
    ("published-indicators", include_str!("../../../mappings/published-indicators.toml")),
    ("tmf621-trouble-ticket-v5", include_str!("../../../mappings/tmf621-trouble-ticket-v5.toml")),
    ("tmf621-trouble-ticket", include_str!("../../../mappings/tmf621-trouble-ticket.toml")),
    ("trai-mycall", include_str!("../../../mappings/trai-mycall.toml")),
    ("uci-incidents", include_str!("../../../mappings/uci-incidents.toml")),
    ("vancouver-311", include_str!("../../../mappings/vancouver-311.toml")),
];

/// Lists the names of the mappings that come with the program, with the first line of each.
pub(crate) fn list_shipped_mappings() -> impl Iterator<Item = (&'static str, &'static str)> {
    MAPPINGS.iter().map(|(name, text)| {
        let first = text.lines().next().unwrap_or_default();
        (*name, first.trim_start_matches('#').trim())
    })
}

/// Finds the text of a shipped mapping.
pub(crate) fn find_shipped_mapping(name: &str) -> Option<&'static str> {
    MAPPINGS.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}
