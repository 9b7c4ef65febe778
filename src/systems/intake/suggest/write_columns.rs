//! The columns of a draft: where each takes its value from, what that value looks like, and what to
//! ask where nothing in the file fills it.

use trueline_language::{Text, text};

use super::draft::{quote_key, quote_string};
use super::look::{ColumnCounts, ValueSort};
use super::plan::{RoleOrigin, RoleReason};
use super::roles::{ColumnRole, translate_value};
use super::values::{DateLayout, DayPosition};
use super::writer::{MappingWriter, is_pseudonymised};

/// The most values shown in a comment.
const SHOWN_MAX: usize = 8;
/// A column with more different values shows none of them.
const VALUES_LISTED_MAX: u64 = 60;
/// The most values listed in a value map.
const MAPPED_MAX: usize = 40;

/// The columns whose words are fixed, or are best translated into ours.
const TRANSLATED: [&str; 5] = ["kind", "service", "area", "satisfaction", "maintainer"];

impl MappingWriter<'_> {
    pub(super) fn write_column(&mut self, name: &'static str) {
        let role = ColumnRole::Column(name);
        let Some((origin, reason)) = self.find_given(role) else {
            self.write_absent(name);
            return;
        };
        self.draft.add_blank();
        self.explain_role(role, origin, reason);
        self.draft.add_table(&format!("columns.{name}"));
        if role.is_moment() {
            for line in self.list_moment_lines(origin) {
                self.draft.add_toml(line);
            }
            self.write_take(if name == "accepted" { "min" } else { "last_present" });
            return;
        }
        let look = self.counts_of(origin.first_column());
        self.draft.add_toml(format!("from = {}", quote_string(&look.header)));
        if is_pseudonymised(role) && (name != "source_key" || look.find_secret().is_some()) {
            self.draft.add_toml("pseudonymise = true");
        }
        self.write_take("last_present");
        if TRANSLATED.contains(&name) {
            self.write_value_map(name, look);
        }
    }

    fn write_absent(&mut self, name: &'static str) {
        match name {
            "source" => {
                self.draft.add_blank();
                self.draft.add_question(text!(
                    "来源系统的名称；同一系统的每次导出必须相同。",
                    "The name of the system; it must be the same for all its exports."
                ));
                self.draft.add_table("columns.source");
                self.draft.add_toml("value = \"tickets\"");
            }
            "source_key" => {
                self.draft.add_blank();
                self.draft.add_question(text!(
                    "没有找到唯一的工单编号，暂用行号：再次导出会被当作新工单。",
                    "No unique case number was found, so the line stands in: a later export will \
                     look like new cases."
                ));
                self.draft.add_table("columns.source_key");
                self.draft.add_toml("line = true");
            }
            "kind" => self.write_guessed_kind(),
            "accepted" => self.draft.add_question(text!(
                "没有找到受理时间：没有它不能计时。",
                "No start (accepted) was found: without it nothing can be measured."
            )),
            "resolved" if self.find_given(ColumnRole::Column("closed")).is_none() => {
                self.draft.add_question(text!(
                    "没有找到竣工、答复或归档时间：没有它不能计时。",
                    "No end (resolved or closed) was found: without it nothing can be measured."
                ));
            }
            "resolved" => self.draft.add_question(text!(
                "只有归档时间，没有竣工时间：归档可能晚于实际完成。",
                "There is a time of closing but none of resolution: closing may come later."
            )),
            _ => {}
        }
    }

    fn write_guessed_kind(&mut self) {
        let headers = self.sample.looks.iter().map(|look| look.header.as_str());
        let kind = [self.file]
            .into_iter()
            .chain(headers)
            .find_map(|name| translate_value("kind", name))
            .unwrap_or("request");
        self.draft.add_blank();
        self.draft.add_question(text!(
            "没有找到业务类型列，暂作为同一类。",
            "No column says what kind of case this is; all get this one."
        ));
        self.draft.add_table("columns.kind");
        self.draft.add_toml(format!("value = \"{kind}\""));
    }

    fn explain_role(&mut self, role: ColumnRole, origin: RoleOrigin, reason: RoleReason) {
        let look = self.counts_of(origin.first_column());
        let (filled, all) = (look.filled, look.filled + look.empty);
        if reason == RoleReason::Order {
            self.draft.add_question(text!(
                "“{}”按时间先后推断，名称并未说明。",
                "“{}” is a guess from the order of the moments.",
                look.header
            ));
        }
        if role.is_moment() {
            let offsets = look.offsets;
            let named = if offsets > 0 {
                text!("，其中 {offsets} 行写明了时差", ", {offsets} name their offset")
            } else {
                Text::new("", "")
            };
            self.draft
                .add_comment(text!("{filled} 行有值{named}。", "{filled} rows are filled{named}."));
            return;
        }
        if is_pseudonymised(role) {
            let distinct = look.count_distinct();
            self.draft.add_comment(text!(
                "{all} 行，至少 {distinct} 个不同的值。",
                "{all} rows, at least {distinct} different values."
            ));
            return;
        }
        self.show_values(look);
    }

    pub(super) fn show_values(&mut self, look: &ColumnCounts) {
        // Values that are all different may point to people, and tell a reader little.
        if look.many || look.count_distinct() > VALUES_LISTED_MAX {
            let distinct = look.count_distinct();
            self.draft.add_comment(text!(
                "至少 {distinct} 个不同的值，不列出。",
                "At least {distinct} different values, not shown."
            ));
            return;
        }
        let counted = look.list_by_count();
        let shown: Vec<String> = counted
            .iter()
            .take(SHOWN_MAX)
            .map(|(value, count)| {
                let short: String = value.chars().take(24).collect();
                format!("{short} × {count}")
            })
            .collect();
        let shown = shown.join(", ");
        let more = if look.many || counted.len() > SHOWN_MAX {
            text!("等", ", …")
        } else {
            Text::new("", "")
        };
        self.draft.add_comment(text!("{shown}{more}", "{shown}{more}"));
    }

    /// The lines of the table of a moment.
    pub(super) fn list_moment_lines(&self, origin: RoleOrigin) -> Vec<String> {
        let look = self.counts_of(origin.first_column());
        let order = self.plan.order.unwrap_or(DayPosition::DayFirst);
        let mut lines = match origin {
            RoleOrigin::Column(_) => vec![format!("from = {}", quote_string(&look.header))],
            RoleOrigin::Pair(_, time) => vec![
                format!("date = {}", quote_string(&look.header)),
                format!("time = {}", quote_string(&self.counts_of(time).header)),
            ],
        };
        let format = match origin {
            RoleOrigin::Column(_) => look.find_date_format(order),
            // The format must cover the time too, so it is given only if the date needs one.
            RoleOrigin::Pair(_, time) => look.find_date_format(order).map(|date| {
                let clock = self.counts_of(time).clock_format();
                format!("{date} {clock}")
            }),
        };
        lines.extend(format.map(|format| format!("format = {}", quote_string(&format))));
        if look.value_sort() == ValueSort::Dates(DateLayout::YearLast)
            && let Some(own) = look.find_day_order().filter(|own| *own != order)
        {
            lines.push(format!("day_first = {}", own == DayPosition::DayFirst));
        }
        lines
    }

    fn write_value_map(&mut self, name: &str, look: &ColumnCounts) {
        let free = name == "kind" || name == "service";
        let unlisted = if free { "keep" } else { "null" };
        self.draft.add_toml(format!("unlisted = \"{unlisted}\""));
        let mut unknown = Vec::new();
        let mut lines = Vec::new();
        for (value, count) in look.list_by_count().into_iter().take(MAPPED_MAX) {
            match translate_score(name, look, value).or_else(|| translate_value(name, value)) {
                Some(ours) => lines.push((format!("{} = \"{ours}\"", quote_key(value)), count)),
                None => unknown.push(format!("{value} × {count}")),
            }
        }
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            self.draft
                .add_question(text!("这些值没有对应：{unknown}", "no word of ours for: {unknown}"));
        }
        self.draft.add_table(&format!("columns.{name}.values"));
        for (line, count) in lines {
            self.draft.add_toml(format!("{line} # × {count}"));
        }
    }
}

/// The word for a score of satisfaction: four and five of five, and seven or more of ten, are
/// satisfied.
fn translate_score(name: &str, look: &ColumnCounts, value: &str) -> Option<&'static str> {
    if name != "satisfaction" || look.value_sort() != ValueSort::Whole {
        return None;
    }
    let (_, best) = look.range?;
    let value: f64 = value.parse().ok()?;
    let (satisfied, neutral) = if best <= 5.0 { (4.0, 3.0) } else { (7.0, 5.0) };
    (value >= 1.0 && value <= best && best <= 10.0).then_some(if value >= satisfied {
        "satisfied"
    } else if value >= neutral {
        "neutral"
    } else {
        "dissatisfied"
    })
}
