//! The columns of the sheet that the answers are read from, in Chinese and English.

pub(super) const CASE_HEADS: [&str; 2] = ["工单", "case"];
pub(super) const FOUND_HEADS: [&str; 2] = ["属实（是/否）", "found as recorded (yes/no)"];
