//! Writes the draft from the plan: every source column ends filled in, kept, dropped or replaced by
//! a pseudonym, and a comment says why.

use std::collections::BTreeSet;

use super::draft::{MappingDraft, key, quoted, text};
use super::look::{ColumnCounts, ValueSort};
use super::plan::{ColumnSample, MappingPlan, RoleOrigin, RoleReason, RowMeaning};
use super::roles::{ColumnRole, translate};
use super::secrets::PersonalData;
use super::values::{DateLayout, DayPosition};
use trueline_lake::{DatasetSchema, SourceReader};

/// Values shown in a comment.
const SHOWN_MAX: usize = 8;
/// A column with more different values shows none of them.
const VALUES_TOLD_MAX: u64 = 60;
/// Values listed in a value map.
const MAPPED_MAX: usize = 40;

/// The columns whose words are fixed, or are best brought to our own.
const TRANSLATED: [&str; 5] = ["kind", "service", "area", "satisfaction", "maintainer"];

pub(super) struct MappingWriter<'a> {
    pub(super) sample: &'a ColumnSample,
    pub(super) plan: &'a MappingPlan,
    pub(super) file: &'a str,
    pub(super) rows: u64,
    pub(super) draft: MappingDraft,
    used: BTreeSet<usize>,
    dropped: Vec<(usize, PersonalData)>,
    empty: Vec<usize>,
    /// An encoding other than UTF-8.
    encoding: Option<(&'static str, Declared)>,
    unread_sheets: &'a [String],
}

/// How the encoding of a file became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Detected,
    Guessed,
}

impl<'a> MappingWriter<'a> {
    pub(super) fn new(
        sample: &'a ColumnSample,
        plan: &'a MappingPlan,
        file: &'a str,
        rows: u64,
    ) -> Self {
        Self {
            sample,
            plan,
            file,
            rows,
            draft: MappingDraft::default(),
            used: BTreeSet::new(),
            dropped: Vec::new(),
            empty: Vec::new(),
            encoding: None,
            unread_sheets: &[],
        }
    }

    /// Tells of the source what its rows do not.
    pub(super) fn of(mut self, source: &'a SourceReader, declared: Declared) -> Self {
        let encoding = source.text_layout().map(|(encoding, _)| encoding.name());
        self.encoding = encoding.filter(|name| *name != "UTF-8").map(|name| (name, declared));
        self.unread_sheets = source.unread_sheets();
        self
    }

    pub(super) fn write(mut self, schema: &DatasetSchema) -> MappingDraft {
        self.claim();
        self.head();
        for column in &schema.columns {
            self.column(column.name);
        }
        self.column("revised");
        self.pause();
        self.events();
        self.extras();
        self.draft
    }

    fn look(&self, column: usize) -> &'a ColumnCounts {
        &self.sample.looks[column]
    }

    /// Settles, before anything is written, which columns are used and which must go.
    fn claim(&mut self) {
        for (&role, &(origin, _)) in &self.plan.given {
            let part_of_pause = match role {
                ColumnRole::PauseTo
                | ColumnRole::PauseReason
                | ColumnRole::PauseRequestedBy
                | ColumnRole::PauseApprovedBy => true,
                ColumnRole::Column(_) | ColumnRole::PauseFrom => false,
            };
            let pause_without_start =
                part_of_pause && !self.plan.given.contains_key(&ColumnRole::PauseFrom);
            if pause_without_start || !self.may_fill(role, origin.column()) {
                continue;
            }
            self.used.insert(origin.column());
            if let RoleOrigin::Pair(_, time) = origin {
                self.used.insert(time);
            }
        }
        if let RowMeaning::EventsBy(order) = self.plan.rows {
            self.used.insert(order);
        }
        for column in 0..self.sample.looks.len() {
            if self.used.contains(&column) {
                continue;
            }
            let look = self.look(column);
            if look.sort() == ValueSort::Empty {
                self.empty.push(column);
            } else if let Some(secret) = look.secret().or(look.promised_secret()) {
                self.dropped.push((column, secret));
            }
        }
    }

    /// A secret may only be the line or the key (as a pseudonym), or say who approved something.
    fn may_fill(&self, role: ColumnRole, column: usize) -> bool {
        let pseudonym = pseudonymised(role);
        pseudonym || role.is_moment() || self.look(column).secret().is_none()
    }

    fn given(&self, role: ColumnRole) -> Option<(RoleOrigin, RoleReason)> {
        let &(origin, reason) = self.plan.given.get(&role)?;
        self.used.contains(&origin.column()).then_some((origin, reason))
    }

    fn head(&mut self) {
        let (file, rows) = (self.file, self.rows);
        self.draft.comment(
            format!("由“{file}”的 {rows} 行起草。“？”开头的注释请人来定，改好即可导入。"),
            format!("Drafted from {rows} rows of “{file}”. Comments that begin with “?” ask you."),
        );
        self.draft.toml("[mapping]");
        self.draft.toml("dataset = \"case\"");
        self.draft.toml(format!("title = {}", quoted(file)));
        self.how_to_read();
        self.draft
            .comment("没有写明时区的时间按此时区读。", "The zone of times that do not name one.");
        self.draft.toml("zone = \"Asia/Shanghai\"");
        self.day_order();
        self.missing();
        self.drops();
    }

    fn how_to_read(&mut self) {
        if let Some((name, declared)) = self.encoding {
            match declared {
                Declared::Detected => {
                    self.draft.comment("文字编码，按内容检测。", "The encoding, as detected.");
                }
                Declared::Guessed => self.draft.ask(text(
                    "编码无法确定，暂按西文读；请核对带重音的字母或汉字是否正确。",
                    "The encoding is a guess: see whether accented letters (or Chinese) are right.",
                )),
            }
            self.draft.toml(format!("encoding = {}", quoted(&name.to_lowercase())));
        }
        if !self.unread_sheets.is_empty() {
            let names: Vec<String> = self.unread_sheets.iter().map(|name| quoted(name)).collect();
            let names = names.join(", ");
            self.draft.ask(text(
                format!("只读第一个工作表；未读：{names}。要读的用 `sheets = [...]` 列出。"),
                format!("Only the first sheet is read, not {names}; list sheets as `sheets`."),
            ));
        }
    }

    fn day_order(&mut self) {
        let looks = self.sample.looks.iter();
        let doubtful: Vec<&ColumnCounts> =
            looks.filter(|look| look.sort() == ValueSort::Dates(DateLayout::YearLast)).collect();
        if doubtful.is_empty() {
            return;
        }
        let sum =
            |count: fn(&ColumnCounts) -> u64| doubtful.iter().map(|look| count(look)).sum::<u64>();
        let (day, month) = (sum(|look| look.day_first), sum(|look| look.month_first));
        let either = sum(|look| look.either);
        self.draft.comment(
            format!(
                "日期：{day} 个只能是日在前，{month} 个只能是月在前，{either} 个两种读法都行。"
            ),
            format!(
                "Dates: {day} can only be day first, {month} only month first, {either} fit both."
            ),
        );
        if self.plan.order.is_none() {
            self.draft.ask(text(
                "没有一行能判定日在前还是月在前，暂按日在前，请核对。",
                "No row decides whether the day or the month comes first; day first is a guess.",
            ));
        } else if day > 0 && month > 0 {
            self.draft.ask(text(
                "两种写法混在一起：少数行会进隔离区，或被读错，请先查来源。",
                "Both orders occur: some rows will be refused or misread. Ask the source.",
            ));
        }
        let day_first = self.plan.order != Some(DayPosition::MonthFirst);
        self.draft.toml(format!("day_first = {day_first}"));
    }

    fn missing(&mut self) {
        let mut words: BTreeSet<&str> = BTreeSet::from([""]);
        let mut count = 0;
        for look in &self.sample.looks {
            for (word, times) in &look.empty_words {
                words.insert(word);
                count += times;
            }
        }
        if count > 0 {
            self.draft.comment(
                format!("这些写法表示“无值”（共 {count} 处）。"),
                format!("These words mean “no value” ({count} cells)."),
            );
            let list: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            self.draft.toml(format!("missing = [{}]", list.join(", ")));
        }
    }

    fn drops(&mut self) {
        if self.dropped.is_empty() && self.empty.is_empty() {
            return;
        }
        for (column, secret) in self.dropped.clone() {
            let header = &self.look(column).header;
            let (zh, en) = secret.words();
            self.draft.comment(
                format!("“{header}”像是{zh}，建议不导入。"),
                format!("“{header}” looks like {en}: better not imported."),
            );
        }
        for column in self.empty.clone() {
            let header = &self.look(column).header;
            let (zh, en) = (format!("“{header}”没有值。"), format!("“{header}” is empty."));
            self.draft.comment(zh, en);
        }
        let columns = self.dropped.iter().map(|&(column, _)| column).chain(self.empty.clone());
        let names: Vec<String> = columns.map(|at| quoted(&self.look(at).header)).collect();
        self.draft.toml(format!("drop = [{}]", names.join(", ")));
    }

    fn column(&mut self, name: &'static str) {
        let role = ColumnRole::Column(name);
        let Some((origin, reason)) = self.given(role) else {
            self.absent(name);
            return;
        };
        self.draft.blank();
        self.explain(role, origin, reason);
        self.draft.table(&format!("columns.{name}"));
        if role.is_moment() {
            for line in self.moment(origin) {
                self.draft.toml(line);
            }
            self.take(if name == "accepted" { "min" } else { "last_present" });
            return;
        }
        let look = self.look(origin.column());
        self.draft.toml(format!("from = {}", quoted(&look.header)));
        if pseudonymised(role) && (name != "source_key" || look.secret().is_some()) {
            self.draft.toml("pseudonymise = true");
        }
        self.take("last_present");
        if TRANSLATED.contains(&name) {
            self.value_map(name, look);
        }
    }

    /// Which event counts, where rows are events: not each of them need have each value.
    fn take(&mut self, event: &str) {
        match self.plan.rows {
            RowMeaning::Cases => {}
            RowMeaning::Events | RowMeaning::EventsBy(_) => {
                self.draft.toml(format!("take = \"{event}\""));
            }
        }
    }

    fn absent(&mut self, name: &'static str) {
        match name {
            "source" => {
                self.draft.blank();
                self.draft.ask(text(
                    "来源系统的名称；同一系统的每次导出必须相同。",
                    "The name of the system; it must be the same for all its exports.",
                ));
                self.draft.table("columns.source");
                self.draft.toml("value = \"tickets\"");
            }
            "source_key" => {
                self.draft.blank();
                self.draft.ask(text(
                    "没有找到唯一的工单编号，暂用行号：再次导出会被当作新工单。",
                    "No unique case number was found, so the line stands in: a later export will \
                     look like new cases.",
                ));
                self.draft.table("columns.source_key");
                self.draft.toml("line = true");
            }
            "kind" => self.guess_kind(),
            "accepted" => self.draft.ask(text(
                "没有找到受理时间：没有它不能计时。",
                "No start (accepted) was found: without it nothing can be measured.",
            )),
            "resolved" if self.given(ColumnRole::Column("closed")).is_none() => {
                self.draft.ask(text(
                    "没有找到竣工、答复或归档时间：没有它不能计时。",
                    "No end (resolved or closed) was found: without it nothing can be measured.",
                ));
            }
            "resolved" => self.draft.ask(text(
                "只有归档时间，没有竣工时间：归档可能晚于实际完成。",
                "There is a time of closing but none of resolution: closing may come later.",
            )),
            _ => {}
        }
    }

    fn guess_kind(&mut self) {
        let headers = self.sample.looks.iter().map(|look| look.header.as_str());
        let kind = [self.file]
            .into_iter()
            .chain(headers)
            .find_map(|name| translate("kind", name))
            .unwrap_or("request");
        self.draft.blank();
        self.draft.ask(text(
            "没有找到业务类型列，暂作为同一类。",
            "No column says what kind of case this is; all get this one.",
        ));
        self.draft.table("columns.kind");
        self.draft.toml(format!("value = \"{kind}\""));
    }

    fn explain(&mut self, role: ColumnRole, origin: RoleOrigin, reason: RoleReason) {
        let look = self.look(origin.column());
        let (filled, all) = (look.filled, look.filled + look.empty);
        if reason == RoleReason::Order {
            self.draft.ask(text(
                format!("“{}”按时间先后推断，名称并未说明。", look.header),
                format!("“{}” is a guess from the order of the moments.", look.header),
            ));
        }
        if role.is_moment() {
            let offsets = look.offsets;
            let (zh, en) = if offsets > 0 {
                (format!("，其中 {offsets} 行写明了时差"), format!(", {offsets} name their offset"))
            } else {
                (String::new(), String::new())
            };
            self.draft.comment(
                format!("{filled} 行有值{zh}。"),
                format!("{filled} rows are filled{en}."),
            );
            return;
        }
        if pseudonymised(role) {
            let distinct = look.distinct();
            self.draft.comment(
                format!("{all} 行，至少 {distinct} 个不同的值。"),
                format!("{all} rows, at least {distinct} different values."),
            );
            return;
        }
        self.show_values(look);
    }

    fn show_values(&mut self, look: &ColumnCounts) {
        // Values that are all different may point to people, and tell a reader little.
        if look.many || look.distinct() > VALUES_TOLD_MAX {
            let distinct = look.distinct();
            self.draft.comment(
                format!("至少 {distinct} 个不同的值，不列出。"),
                format!("At least {distinct} different values, not shown."),
            );
            return;
        }
        let counted = look.counted();
        let shown: Vec<String> = counted
            .iter()
            .take(SHOWN_MAX)
            .map(|(value, count)| {
                let short: String = value.chars().take(24).collect();
                format!("{short} × {count}")
            })
            .collect();
        let shown = shown.join(", ");
        let (zh, en) =
            if look.many || counted.len() > SHOWN_MAX { ("等", ", …") } else { ("", "") };
        self.draft.comment(format!("{shown}{zh}"), format!("{shown}{en}"));
    }

    /// The lines of a moment's table.
    fn moment(&self, origin: RoleOrigin) -> Vec<String> {
        let look = self.look(origin.column());
        let order = self.plan.order.unwrap_or(DayPosition::DayFirst);
        let mut lines = match origin {
            RoleOrigin::Column(_) => vec![format!("from = {}", quoted(&look.header))],
            RoleOrigin::Pair(_, time) => vec![
                format!("date = {}", quoted(&look.header)),
                format!("time = {}", quoted(&self.look(time).header)),
            ],
        };
        let format = match origin {
            RoleOrigin::Column(_) => look.format(order),
            // The format must cover the time too, so it is only given where the date needs one.
            RoleOrigin::Pair(_, time) => look.format(order).map(|date| {
                let clock = self.look(time).clock_format();
                format!("{date} {clock}")
            }),
        };
        lines.extend(format.map(|format| format!("format = {}", quoted(&format))));
        if look.sort() == ValueSort::Dates(DateLayout::YearLast)
            && let Some(own) = look.day_order().filter(|own| *own != order)
        {
            lines.push(format!("day_first = {}", own == DayPosition::DayFirst));
        }
        lines
    }

    fn value_map(&mut self, name: &str, look: &ColumnCounts) {
        let free = name == "kind" || name == "service";
        let unlisted = if free { "keep" } else { "null" };
        self.draft.toml(format!("unlisted = \"{unlisted}\""));
        let mut unknown = Vec::new();
        let mut lines = Vec::new();
        for (value, count) in look.counted().into_iter().take(MAPPED_MAX) {
            match rating(name, look, value).or_else(|| translate(name, value)) {
                Some(ours) => lines.push((format!("{} = \"{ours}\"", key(value)), count)),
                None => unknown.push(format!("{value} × {count}")),
            }
        }
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            self.draft.ask(text(
                format!("这些值没有对应：{unknown}"),
                format!("no word of ours for: {unknown}"),
            ));
        }
        self.draft.table(&format!("columns.{name}.values"));
        for (line, count) in lines {
            self.draft.toml(format!("{line} # × {count}"));
        }
    }

    fn pause(&mut self) {
        let Some((from, _)) = self.given(ColumnRole::PauseFrom) else {
            return;
        };
        self.draft.blank();
        self.draft.comment(
            "挂起：是否扣除由指标包决定，这里只如实记录。",
            "Pauses, as they were; whether they are subtracted is for the pack to say.",
        );
        self.draft.toml("[[intervals]]");
        self.draft.toml("kind = \"paused\"");
        self.draft.toml(format!("from = {{ {} }}", self.moment(from).join(", ")));
        if let Some((to, _)) = self.given(ColumnRole::PauseTo) {
            self.draft.toml(format!("to = {{ {} }}", self.moment(to).join(", ")));
        }
        let parts = [
            (ColumnRole::PauseReason, "reason"),
            (ColumnRole::PauseRequestedBy, "requested_by"),
            (ColumnRole::PauseApprovedBy, "approved_by"),
        ];
        for (role, name) in parts {
            if let Some((origin, _)) = self.given(role) {
                let header = quoted(&self.look(origin.column()).header);
                let hidden = if pseudonymised(role) { ", pseudonymise = true" } else { "" };
                self.draft.toml(format!("{name} = {{ from = {header}{hidden} }}"));
            }
        }
    }

    fn events(&mut self) {
        let order = match self.plan.rows {
            RowMeaning::Cases => return,
            RowMeaning::Events => None,
            RowMeaning::EventsBy(order) => Some(order),
        };
        let Some((key, _)) = self.given(ColumnRole::Column("source_key")) else {
            return;
        };
        let look = self.look(key.column());
        let (rows, cases) = (look.filled, look.distinct());
        self.draft.blank();
        self.draft.comment(
            format!("{rows} 行属于约 {cases} 个工单：每行是一个事件，各列取最后一个有值的事件。"),
            format!(
                "{rows} rows belong to about {cases} cases: rows are events; the last value counts."
            ),
        );
        if order.is_none() {
            self.draft.ask(text(
                "没有找到事件的次序列，暂按文件中的先后。",
                "No column orders the events; the order of the file stands in.",
            ));
        }
        self.draft.table("events");
        self.draft.toml(format!("key = {}", quoted(&look.header)));
        if let Some(order) = order {
            let look = self.look(order);
            self.draft.toml(format!("order = {}", quoted(&look.header)));
            if look.is_moment() {
                self.draft.toml("order_kind = \"moment\"");
                let order = self.plan.order.unwrap_or(DayPosition::DayFirst);
                if let Some(format) = look.format(order) {
                    self.draft.toml(format!("format = {}", quoted(&format)));
                }
            }
        }
    }

    fn extras(&mut self) {
        let mut names = BTreeSet::new();
        for column in 0..self.sample.looks.len() {
            let gone = self.dropped.iter().any(|&(at, _)| at == column);
            if self.used.contains(&column) || gone || self.empty.contains(&column) {
                continue;
            }
            // The time of a date that became an extra goes with it.
            let date = self.plan.times.iter().find(|&(_, &time)| time == column);
            if date.is_some_and(|(date, _)| !self.used.contains(date)) {
                continue;
            }
            let look = self.look(column);
            self.draft.blank();
            self.show_values(look);
            let name = extra_name(&look.header, &mut names);
            self.draft.table(&format!("extras.{}", key(&name)));
            self.draft.toml(format!("kind = \"{}\"", kind_of(look)));
            if look.is_moment() {
                let origin = self
                    .plan
                    .times
                    .get(&column)
                    .map_or(RoleOrigin::Column(column), |&time| RoleOrigin::Pair(column, time));
                for line in self.moment(origin) {
                    self.draft.toml(line);
                }
            } else {
                self.draft.toml(format!("from = {}", quoted(&look.header)));
            }
            self.take("last_present");
        }
    }
}

/// Roles whose values are only ever kept as pseudonyms, because they point to a person.
fn pseudonymised(role: ColumnRole) -> bool {
    match role {
        ColumnRole::Column("line" | "source_key" | "excluded_by")
        | ColumnRole::PauseRequestedBy
        | ColumnRole::PauseApprovedBy => true,
        ColumnRole::Column(_)
        | ColumnRole::PauseFrom
        | ColumnRole::PauseTo
        | ColumnRole::PauseReason => false,
    }
}

/// Scores of satisfaction: four and five of five, seven and more of ten are satisfied.
fn rating(name: &str, look: &ColumnCounts, value: &str) -> Option<&'static str> {
    if name != "satisfaction" || look.sort() != ValueSort::Whole {
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

/// The kind of an extra. Numbers with leading zeros are codes.
fn kind_of(look: &ColumnCounts) -> &'static str {
    let coded = look.values.keys().any(|value| value.len() > 1 && value.starts_with('0'));
    match look.sort() {
        ValueSort::Dates(DateLayout::TimeOnly) | ValueSort::Words | ValueSort::Empty => "label",
        ValueSort::Dates(DateLayout::YearFirst | DateLayout::YearLast | DateLayout::MonthName) => {
            "moment"
        }
        ValueSort::Whole if !coded && look.is_short_number() => "integer",
        ValueSort::Number => "number",
        ValueSort::Whole if !look.many => "label",
        ValueSort::Whole | ValueSort::Texts => "text",
    }
}

fn extra_name(header: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name = String::from("x_");
    for letter in header.chars() {
        if letter.is_alphanumeric() {
            name.extend(letter.to_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    let mut name = name.trim_end_matches('_').to_owned();
    if name.len() < 3 {
        "x_column".clone_into(&mut name);
    }
    let stem = name.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{stem}_{number}");
        number += 1;
    }
    name
}
