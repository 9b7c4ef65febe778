//! The words in the records of the province: every label that a column may hold.
//!
//! Rows hold the index of a word; [`NONE`] stands for null.

use super::province::PREFECTURES;

/// No word: null.
pub(super) const NONE: u16 = u16::MAX;

pub(super) const SOURCES: &[&str] = &["simulated-bss", "simulated-cs", "simulated-oss"];
pub(super) const KINDS: &[&str] = &[
    "install",
    "move",
    "repair",
    "change",
    "restore",
    "opening",
    "complaint",
    "appeal",
    "enquiry",
    "port",
];
pub(super) const SERVICES: &[&str] = &["fixed", "mobile", "broadband", "leased"];
pub(super) const AREAS: &[&str] = &["urban", "rural"];
pub(super) const CHANNELS: &[&str] = &["hall", "hotline", "app", "web", "gateway", "regulator"];
pub(super) const MAINTAINERS: &[&str] = &["operator", "customer", "third_party"];
pub(super) const CAUSES: &[&str] = &[
    "terminal",
    "drop_cable",
    "splitter",
    "trunk_cable_cut",
    "port",
    "power",
    "configuration",
    "connector",
    "lightning",
    "base_station_power",
    "backhaul",
    "antenna",
    "core_configuration",
    "card",
    "interference",
    "billing_dispute",
    "network_quality",
    "tariff_change",
    "install_delay",
    "repair_delay",
    "unwanted_service",
    "staff_attitude",
    "porting",
];
pub(super) const EXCLUSIONS: &[&str] = &["duplicate"];
pub(super) const APPROVERS: &[&str] = &["shift_lead", "branch_quality_desk", "network_centre"];
pub(super) const ANSWERS: &[&str] = &["satisfied", "neutral", "dissatisfied"];
pub(super) const INTERVALS: &[&str] = &["paused", "awaiting_confirmation", "reopened"];
/// The first three are reasons for a pause.
pub(super) const REASONS: &[&str] =
    &["customer_not_available", "no_line_resource", "force_majeure", "not_solved"];
pub(super) const ASKERS: &[&str] = &["customer", "field_engineer", "dispatcher"];

/// County codes of the whole province, prefecture after prefecture.
pub(super) fn list_county_codes() -> Vec<&'static str> {
    let counties = PREFECTURES.iter().flat_map(|prefecture| prefecture.counties);
    counties.copied().collect()
}

/// The index of a word in its list.
pub(super) fn find_word(list: &[&str], word: &str) -> u16 {
    let place = list.iter().position(|known| *known == word);
    place.expect("classes use only words of the lists") as u16
}
