//! Whether day or month comes first, where dates end with their year.

use trueline_lake::DateOrder;
use trueline_language::{Text, phrase, text};

use super::finding::{Certainty, ProblemKind, QualityFinding};
use super::line_tally::LineTally;

/// When this many dates fit both ways and none fits only one, that is no accident: six in ten true
/// dates have a day past the twelfth.
const UNPROVEN_MIN: u64 = 20;

/// The dates of one column, such as `3/4/2020`, counted by the readings that fit them.
#[derive(Debug, Clone, Default)]
pub(super) struct DayOrders {
    day_first: LineTally,
    month_first: LineTally,
    either: LineTally,
}

impl DayOrders {
    pub(super) fn add_value(&mut self, value: &str, line: i64) {
        match read_day_and_month(value) {
            None => {}
            Some((1..=12, 1..=12)) => self.either.add_line(line),
            Some((_, 1..=12)) => self.day_first.add_line(line),
            Some(_) => self.month_first.add_line(line),
        }
    }

    /// What is unclear, given the order that a mapping states; `None` for `said` while there is no
    /// mapping.
    pub(super) fn find_uncertainty(
        &self,
        header: &str,
        said: Option<DateOrder>,
    ) -> Option<QualityFinding> {
        let (days, months) = (self.day_first.rows, self.month_first.rows);
        let both = self.either.rows;
        let problem = |rows: &LineTally, [explanation, remedy]: [Text; 2]| {
            let kind = (ProblemKind::UncertainDayOrder, Certainty::Certain);
            Some(rows.make_finding(kind, header, explanation, remedy))
        };
        match (days, months, said) {
            (0, 0, Some(DateOrder::DayFirst | DateOrder::MonthFirst)) => {
                (both >= UNPROVEN_MIN).then(|| report_unproven(header, &self.either))
            }
            (0, 0, Some(DateOrder::Unknown) | None) if both == 0 => None,
            (0, 0, Some(DateOrder::Unknown) | None) => problem(&self.either, describe_undecided()),
            (1.., 1.., _) => problem(&self.choose_fewer(), describe_mixed(days, months)),
            (1.., 0, Some(DateOrder::DayFirst)) | (0, 1.., Some(DateOrder::MonthFirst)) => None,
            (1.., 0, _) => problem(
                &self.choose_either(&self.day_first),
                describe_decided(days, DateOrder::DayFirst),
            ),
            (0, 1.., _) => problem(
                &self.choose_either(&self.month_first),
                describe_decided(months, DateOrder::MonthFirst),
            ),
        }
    }

    /// The rows that fit both ways, or `others` if there are none.
    fn choose_either(&self, others: &LineTally) -> LineTally {
        if self.either.rows > 0 { self.either.clone() } else { others.clone() }
    }

    /// The smaller of the two groups that contradict each other.
    fn choose_fewer(&self) -> LineTally {
        let days_are_fewer = self.day_first.rows < self.month_first.rows;
        if days_are_fewer { self.day_first.clone() } else { self.month_first.clone() }
    }
}

fn report_unproven(header: &str, rows: &LineTally) -> QualityFinding {
    rows.make_finding(
        (ProblemKind::UncertainDayOrder, Certainty::Likely),
        header,
        text!(
            "这些日期的日都不超过 12，没有一行能证明日与月的先后；真实日期有六成的日大于 12，\
                 可能已被电子表格改写",
            "no date has a day past the twelfth, so none proves which number is the day; of \
                 true dates six in ten have one: a spreadsheet may have exchanged them"
        ),
        text!(
            "与来源核对几行，再确认映射的 `day_first`",
            "compare some rows with the source before you trust `day_first` of the mapping"
        ),
    )
}

fn describe_undecided() -> [Text; 2] {
    [
        text!("日期两种读法都通，分不清日与月", "the dates can be read both ways"),
        text!(
            "向来源问清，在映射中写明 `day_first = true`（日在前）或 `false`（月在前）",
            "ask the source, and say `day_first = true` or `false` in the mapping"
        ),
    ]
}

fn describe_decided(rows: u64, order: DateOrder) -> [Text; 2] {
    let day_first = order == DateOrder::DayFirst;
    let first = if day_first { phrase!("日", "day") } else { phrase!("月", "month") };
    [
        text!(
            "有 {rows} 行只能读作{first}在前，其余两种读法都通",
            "{rows} rows can only be read with the {first} first, the others both ways"
        ),
        text!(
            "在映射中写明 `day_first = {day_first}`",
            "say `day_first = {day_first}` in the mapping"
        ),
    ]
}

fn describe_mixed(days: u64, months: u64) -> [Text; 2] {
    [
        text!(
            "有 {days} 行只能读作日在前，{months} 行只能读作月在前：一列中两种写法混用",
            "{days} rows can only be read with the day first, {months} with the month first: \
                 the column is written in both ways"
        ),
        text!(
            "请来源按“年-月-日”重新导出；改不了的，按来源分成两个文件分别导入",
            "ask the source for dates as year-month-day; if it cannot, split the file by origin"
        ),
    ]
}

/// The two numbers before the year in a date such as `3/4/2020`, with or without a time of day;
/// `None` for everything else, including impossible dates.
fn read_day_and_month(value: &str) -> Option<(u8, u8)> {
    let bytes = value.as_bytes();
    let (first, rest) = read_number(bytes)?;
    let (mark, rest) = rest.split_first()?;
    let (second, rest) = read_number(rest)?;
    let (again, rest) = rest.split_first()?;
    let year = rest.get(..4)?;
    let ends = rest.get(4).is_none_or(|next| !next.is_ascii_digit());
    let shaped = matches!(mark, b'/' | b'-' | b'.') && mark == again && ends;
    let dated = matches!(year, [b'1' | b'2', ..]) && year.iter().all(u8::is_ascii_digit);
    let sound = (1..=31).contains(&first) && (1..=31).contains(&second) && first.min(second) <= 12;
    (shaped && dated && sound).then_some((first, second))
}

/// One or two leading digits, and the rest.
fn read_number(bytes: &[u8]) -> Option<(u8, &[u8])> {
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
    fn dates_that_end_with_the_year_are_sorted_by_their_readings() {
        let check = |text: &str, expected: Option<(u8, u8)>| {
            assert_eq!(read_day_and_month(text), expected, "{text}");
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
            dates.iter().zip(2..).for_each(|(date, line)| orders.add_value(date, line));
            orders
                .find_uncertainty("opened", said)
                .map(|found| (found.rows, found.remedy.to_string()))
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
