//! Whether day or month comes first, where dates end with their year.

use trueline_lake::DateOrder;

use super::source::{Tallied, finding};
use super::{Certainty, ProblemKind, QualityFinding, Text, text};

/// So many dates that fit both ways, and none that fits one way only, are no chance: of true dates
/// six in ten have a day past the twelfth.
const UNPROVEN_MIN: u64 = 20;

/// Dates of one column such as `3/4/2020`, by the readings that fit them.
#[derive(Debug, Clone, Default)]
pub(super) struct DayOrders {
    day_first: Tallied,
    month_first: Tallied,
    either: Tallied,
}

impl DayOrders {
    pub(super) fn add(&mut self, value: &str, line: i64) {
        match year_last(value) {
            None => {}
            Some((1..=12, 1..=12)) => self.either.add(line),
            Some((_, 1..=12)) => self.day_first.add(line),
            Some(_) => self.month_first.add(line),
        }
    }

    /// What is unclear, given what a mapping says of the order: nothing before there is one.
    pub(super) fn finding(&self, header: &str, said: Option<DateOrder>) -> Option<QualityFinding> {
        let (days, months) = (self.day_first.rows, self.month_first.rows);
        let both = self.either.rows;
        let problem = |certainty, rows: &Tallied, told| {
            Some(finding((ProblemKind::UncertainDayOrder, certainty), header, rows, told))
        };
        match (days, months, said) {
            (0, 0, Some(DateOrder::DayFirst | DateOrder::MonthFirst)) => {
                (both >= UNPROVEN_MIN).then(|| unproven(header, &self.either))
            }
            (0, 0, Some(DateOrder::Unknown) | None) if both == 0 => None,
            (0, 0, Some(DateOrder::Unknown) | None) => {
                problem(Certainty::Certain, &self.either, undecided())
            }
            (1.., 1.., _) => problem(Certainty::Certain, &self.fewer(), mixed(days, months)),
            (1.., 0, Some(DateOrder::DayFirst)) | (0, 1.., Some(DateOrder::MonthFirst)) => None,
            (1.., 0, _) => problem(
                Certainty::Certain,
                &self.either_or(&self.day_first),
                decided(days, DateOrder::DayFirst),
            ),
            (0, 1.., _) => problem(
                Certainty::Certain,
                &self.either_or(&self.month_first),
                decided(months, DateOrder::MonthFirst),
            ),
        }
    }

    /// The rows that fit both ways; the others where there is none.
    fn either_or(&self, others: &Tallied) -> Tallied {
        if self.either.rows > 0 { self.either.clone() } else { others.clone() }
    }

    /// Of rows that contradict each other, those that are fewer.
    fn fewer(&self) -> Tallied {
        let days_are_fewer = self.day_first.rows < self.month_first.rows;
        if days_are_fewer { self.day_first.clone() } else { self.month_first.clone() }
    }
}

fn unproven(header: &str, rows: &Tallied) -> QualityFinding {
    finding(
        (ProblemKind::UncertainDayOrder, Certainty::Likely),
        header,
        rows,
        [
            text(
                "这些日期的日都不超过 12，没有一行能证明日与月的先后；真实日期有六成的日大于 12，\
                 可能已被电子表格改写",
                "no date has a day past the twelfth, so none proves which number is the day; of \
                 true dates six in ten have one: a spreadsheet may have exchanged them",
            ),
            text(
                "与来源核对几行，再确认映射的 `day_first`",
                "compare some rows with the source before you trust `day_first` of the mapping",
            ),
        ],
    )
}

fn undecided() -> [Text; 2] {
    [
        text("日期两种读法都通，分不清日与月", "the dates can be read both ways"),
        text(
            "向来源问清，在映射中写明 `day_first = true`（日在前）或 `false`（月在前）",
            "ask the source, and say `day_first = true` or `false` in the mapping",
        ),
    ]
}

fn decided(rows: u64, order: DateOrder) -> [Text; 2] {
    let day_first = order == DateOrder::DayFirst;
    let (chinese, english) = if day_first { ("日", "day") } else { ("月", "month") };
    [
        text(
            format!("有 {rows} 行只能读作{chinese}在前，其余两种读法都通"),
            format!("{rows} rows can only be read with the {english} first, the others both ways"),
        ),
        text(
            format!("在映射中写明 `day_first = {day_first}`"),
            format!("say `day_first = {day_first}` in the mapping"),
        ),
    ]
}

fn mixed(days: u64, months: u64) -> [Text; 2] {
    [
        text(
            format!("有 {days} 行只能读作日在前，{months} 行只能读作月在前：一列中两种写法混用"),
            format!(
                "{days} rows can only be read with the day first, {months} with the month first: \
                 the column is written in both ways"
            ),
        ),
        text(
            "请来源按“年-月-日”重新导出；改不了的，按来源分成两个文件分别导入",
            "ask the source for dates as year-month-day; if it cannot, split the file by origin",
        ),
    ]
}

/// The two numbers before the year of `3/4/2020`, with a time of day or without; `None` for
/// everything else, impossible dates included.
fn year_last(value: &str) -> Option<(u8, u8)> {
    let bytes = value.as_bytes();
    let (first, rest) = number(bytes)?;
    let (mark, rest) = rest.split_first()?;
    let (second, rest) = number(rest)?;
    let (again, rest) = rest.split_first()?;
    let year = rest.get(..4)?;
    let ends = rest.get(4).is_none_or(|next| !next.is_ascii_digit());
    let shaped = matches!(mark, b'/' | b'-' | b'.') && mark == again && ends;
    let dated = matches!(year, [b'1' | b'2', ..]) && year.iter().all(u8::is_ascii_digit);
    let sound = (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
    (shaped && dated && sound).then_some((first, second))
}

/// One or two digits, and what follows.
fn number(bytes: &[u8]) -> Option<(u8, &[u8])> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some(((a - b'0') * 10 + (b - b'0'), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((a - b'0', rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_end_with_the_year_are_told_by_their_readings() {
        let check = |text: &str, expected: Option<(u8, u8)>| {
            assert_eq!(year_last(text), expected, "{text}");
        };
        check("3/4/2020", Some((3, 4)));
        check("31.12.2020 10:20", Some((31, 12)));
        check("12-31-2020", Some((12, 31)));
        for other in ["31/13/2020", "0/4/2020", "3/4-2020", "3/4/20", "2020/3/4", "3/4/20201", "一"]
        {
            check(other, None);
        }
    }

    #[test]
    fn a_finding_is_there_only_where_something_is_unclear() {
        let told = |dates: &[&str], said: Option<DateOrder>| {
            let mut orders = DayOrders::default();
            dates.iter().zip(2..).for_each(|(date, line)| orders.add(date, line));
            orders.finding("opened", said).map(|found| (found.rows, found.remedy.en))
        };
        let remedy = |found: Option<(u64, String)>| found.expect("a finding").1;
        let both = ["3/4/2020", "5/6/2020"];
        assert!(remedy(told(&both, None)).starts_with("ask the source, and say"));
        assert!(
            remedy(told(&both, Some(DateOrder::Unknown))).starts_with("ask the source, and say")
        );
        assert_eq!(told(&both, Some(DateOrder::DayFirst)), None);
        assert!(remedy(told(&both.repeat(10), Some(DateOrder::DayFirst))).starts_with("compare"));
        let day = ["3/4/2020", "31/4/2020"];
        assert_eq!(remedy(told(&day, None)), "say `day_first = true` in the mapping");
        assert_eq!(told(&day, Some(DateOrder::DayFirst)), None);
        assert!(remedy(told(&day, Some(DateOrder::MonthFirst))).contains("true"));
        let mixed = ["3/14/2020", "31/4/2020", "30/4/2020"];
        let found = told(&mixed, Some(DateOrder::DayFirst)).expect("a finding");
        assert_eq!(found.0, 1);
        assert_eq!(told(&["2020-03-04", "x"], None), None);
    }
}
