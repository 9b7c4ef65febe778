//! Reads calendars from TOML: `calendar.toml` and one file per year. Errors name file and line.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;
use toml::value::Datetime;

use crate::calendar::{Calendar, DayKind, NamedDay, Notice, Provenance, Week, WorkPeriod};
use crate::local::{DAY, LocalDays};

/// Why the files do not make a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error, trueline_language::Explain)]
pub enum CalendarError {
    #[error("{file}:{line}: {problem}")]
    #[zh("{file}:{line}：{problem}")]
    At { file: String, line: usize, problem: CalendarProblem },
    #[error("no file calendar.toml, which says the week and the zone")]
    #[zh("缺少 calendar.toml，其中写明每周工作时间与时区")]
    NoWeek,
    #[error("no file for {year}, but for years on both sides of it")]
    #[zh("缺少 {year} 年的文件，而其前后年份都有")]
    Gap { year: i16 },
    #[error("no file for any year, such as 2020.toml")]
    #[zh("没有任何年份的文件，如 2020.toml")]
    NoYear,
}

/// What is wrong at one place, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error, trueline_language::Explain)]
pub enum CalendarProblem {
    #[error("{0}")]
    #[zh("不是有效的 TOML：“{0}”")]
    Toml(String),
    #[error("no such weekday: {0}; write monday to sunday")]
    #[zh("没有此星期名：{0}；请写 monday 至 sunday")]
    Weekday(String),
    #[error("no such time zone: {0}; write an IANA name such as Asia/Shanghai")]
    #[zh("没有此时区：{0}；请写 IANA 名称，如 Asia/Shanghai")]
    Zone(String),
    #[error("no working period: {0}; write it as \"09:00-12:00\", ending by 24:00")]
    #[zh("不是工作时段：{0}；写作 \"09:00-12:00\"，至迟 24:00 结束")]
    Period(String),
    #[error("working periods of one day overlap or stand out of order")]
    #[zh("同一天的工作时段重叠或次序颠倒")]
    PeriodOrder,
    #[error("weekdays of different length; say with day_seconds what one day is worth")]
    #[zh("各工作日长短不一；请以 day_seconds 写明一个工作日折合多少秒")]
    DayLength,
    #[error("day_seconds must be from 1 to 86400; write 28800 for eight hours")]
    #[zh("day_seconds 须在 1 至 86400 之间；八小时写 28800")]
    DaySeconds,
    #[error("a day of work needs at least one period")]
    #[zh("工作日至少要有一个时段")]
    NoPeriod,
    #[error("no date; write it as 2020-01-31")]
    #[zh("不是日期；写作 2020-01-31")]
    Date,
    #[error("the span ends before it begins")]
    #[zh("区间的结束早于开始")]
    Backwards,
    #[error("{date} belongs to the file of another year")]
    #[zh("{date} 应写入另一年的文件")]
    OtherYear { date: Date },
    #[error("{date} stands twice in one notice")]
    #[zh("{date} 在同一份通知中出现两次")]
    Twice { date: Date },
    #[error("the file is named for {named}; write year = {named}")]
    #[zh("文件以 {named} 命名；请写 year = {named}")]
    Year { named: String },
    #[error("a file is calendar.toml or a year such as 2020.toml")]
    #[zh("文件名须为 calendar.toml 或年份，如 2020.toml")]
    FileName,
    #[error("the same year stands in two files")]
    #[zh("同一年份出现在两个文件中")]
    SameYear,
    #[error("a year needs at least one notice, even one that changes no day")]
    #[zh("每一年至少要有一份通知，即使不改动任何一天")]
    NoNotice,
    #[error("a notice counts from its issue; effective cannot be earlier")]
    #[zh("通知自印发起生效；effective 不得更早")]
    Effective,
    #[error("no date from which the notice is known; write issued or effective")]
    #[zh("缺少通知的公布日期；请写 issued 或 effective")]
    Undated,
}

impl Calendar {
    /// Reads a calendar from the names and texts of its files: `calendar.toml` and one per year.
    ///
    /// A name may include folders; errors repeat it as it was given.
    pub fn parse(files: &[(&str, &str)]) -> Result<Calendar, CalendarError> {
        let mut week = None;
        let mut years = BTreeMap::new();
        for &(name, text) in files {
            let file = CalendarFile { name, text };
            let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
            if stem == "calendar.toml" {
                week = Some(Arc::new(read_week(&file)?));
                continue;
            }
            let (year, notices) = read_year(&file, stem)?;
            if years.insert(year, notices).is_some() {
                return Err(file.error_at(&(0..0), CalendarProblem::SameYear));
            }
        }
        let week = week.ok_or(CalendarError::NoWeek)?;
        let first = *years.keys().next().ok_or(CalendarError::NoYear)?;
        if let Some(year) = (first..).zip(years.keys()).find(|(a, b)| a != *b) {
            return Err(CalendarError::Gap { year: year.0 });
        }
        Ok(Calendar::new(week, years))
    }
}

#[derive(Debug, Clone, Copy)]
struct CalendarFile<'a> {
    name: &'a str,
    text: &'a str,
}

impl CalendarFile<'_> {
    fn error_at(&self, span: &Range<usize>, problem: CalendarProblem) -> CalendarError {
        let before = self.text.as_bytes().iter().take(span.start);
        CalendarError::At {
            file: self.name.to_owned(),
            line: 1 + before.filter(|&&byte| byte == b'\n').count(),
            problem,
        }
    }

    fn parse_toml<T: serde::de::DeserializeOwned>(&self) -> Result<T, CalendarError> {
        toml::from_str(self.text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            self.error_at(&span, CalendarProblem::Toml(error.message().to_owned()))
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeekFile {
    name: String,
    title: String,
    zone: Spanned<String>,
    days_off: Vec<Spanned<String>>,
    day_seconds: Option<Spanned<i64>>,
    periods: Spanned<PeriodsFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodsFile {
    default: PeriodList,
    make_up: Option<PeriodList>,
    monday: Option<PeriodList>,
    tuesday: Option<PeriodList>,
    wednesday: Option<PeriodList>,
    thursday: Option<PeriodList>,
    friday: Option<PeriodList>,
    saturday: Option<PeriodList>,
    sunday: Option<PeriodList>,
}

type PeriodList = Spanned<Vec<Spanned<String>>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: Spanned<i16>,
    #[serde(default)]
    notice: Vec<NoticeFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeFile {
    title: Spanned<String>,
    number: Option<String>,
    issued: Option<Spanned<Datetime>>,
    effective: Option<Spanned<Datetime>>,
    source: String,
    read: ProvenanceFile,
    #[serde(default)]
    off: Vec<SpanFile>,
    #[serde(default)]
    work: Vec<SpanFile>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum ProvenanceFile {
    Primary,
    Copy,
    Unverified,
}

/// One day, or all days from the first to the last.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanFile {
    name: String,
    from: Spanned<Datetime>,
    to: Option<Spanned<Datetime>>,
}

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn read_week(file: &CalendarFile) -> Result<Week, CalendarError> {
    let week: WeekFile = file.parse_toml()?;
    if LocalDays::of_zone(week.zone.get_ref()).is_none() {
        let problem = CalendarProblem::Zone(week.zone.get_ref().clone());
        return Err(file.error_at(&week.zone.span(), problem));
    }
    let mut days_off = [false; 7];
    for day in &week.days_off {
        let index = WEEKDAYS.iter().position(|name| name == day.get_ref());
        let unknown =
            || file.error_at(&day.span(), CalendarProblem::Weekday(day.get_ref().clone()));
        days_off[index.ok_or_else(unknown)?] = true;
    }
    let span = week.periods.span();
    let written = week.periods.into_inner();
    let default = read_periods(file, &written.default)?;
    let or_default = |list: Option<PeriodList>| match list {
        Some(list) => read_periods(file, &list),
        None => Ok(default.clone()),
    };
    let periods = [
        or_default(written.monday)?,
        or_default(written.tuesday)?,
        or_default(written.wednesday)?,
        or_default(written.thursday)?,
        or_default(written.friday)?,
        or_default(written.saturday)?,
        or_default(written.sunday)?,
    ];
    let make_up = or_default(written.make_up)?;
    let length = |periods: &[WorkPeriod]| periods.iter().map(|p| p.to - p.from).sum::<i64>();
    let day_seconds = length(&default);
    let even = length(&make_up) == day_seconds
        && (0..7).all(|day| days_off[day] || length(&periods[day]) == day_seconds);
    if week.day_seconds.is_none() && !even {
        return Err(file.error_at(&span, CalendarProblem::DayLength));
    }
    let day_seconds = match &week.day_seconds {
        Some(given) if (1..=DAY).contains(given.get_ref()) => *given.get_ref(),
        Some(given) => return Err(file.error_at(&given.span(), CalendarProblem::DaySeconds)),
        None => day_seconds,
    };
    Ok(Week {
        name: week.name.into(),
        title: week.title,
        zone: week.zone.into_inner(),
        days_off,
        periods,
        make_up,
        day_seconds,
    })
}

fn read_periods(file: &CalendarFile, list: &PeriodList) -> Result<Vec<WorkPeriod>, CalendarError> {
    let mut periods: Vec<WorkPeriod> = Vec::new();
    for text in list.get_ref() {
        let wrong = || file.error_at(&text.span(), CalendarProblem::Period(text.get_ref().clone()));
        let (from, to) = text.get_ref().split_once('-').ok_or_else(wrong)?;
        let from = second_of_day(from).ok_or_else(wrong)?;
        let to = second_of_day(to).ok_or_else(wrong)?;
        if from >= to {
            return Err(wrong());
        }
        if periods.last().is_some_and(|before| before.to > from) {
            return Err(file.error_at(&text.span(), CalendarProblem::PeriodOrder));
        }
        periods.push(WorkPeriod { from, to });
    }
    if periods.is_empty() {
        return Err(file.error_at(&list.span(), CalendarProblem::NoPeriod));
    }
    Ok(periods)
}

/// `09:30` as seconds; `24:00` is the end of the day.
fn second_of_day(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let second = hour * 3600 + minute * 60;
    (minute < 60 && second <= DAY).then_some(second)
}

type Year = (i16, Vec<Arc<Notice>>);

fn read_year(file: &CalendarFile, stem: &str) -> Result<Year, CalendarError> {
    let named = stem.strip_suffix(".toml").unwrap_or(stem);
    if named.len() != 4 || !named.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(file.error_at(&(0..0), CalendarProblem::FileName));
    }
    let written: YearFile = file.parse_toml()?;
    let year = *written.year.get_ref();
    if named.parse() != Ok(year) {
        let named = named.to_owned();
        return Err(file.error_at(&written.year.span(), CalendarProblem::Year { named }));
    }
    if written.notice.is_empty() {
        return Err(file.error_at(&written.year.span(), CalendarProblem::NoNotice));
    }
    let notices = written.notice.into_iter();
    let notices = notices.map(|notice| read_notice(file, year, notice).map(Arc::new));
    Ok((year, notices.collect::<Result<_, _>>()?))
}

fn read_notice(
    file: &CalendarFile,
    year: i16,
    written: NoticeFile,
) -> Result<Notice, CalendarError> {
    let date = |date: &Spanned<Datetime>| read_date(file, date);
    let issued = written.issued.as_ref().map(date).transpose()?;
    let effective = written.effective.as_ref().map(date).transpose()?;
    let span = written.title.span();
    let effective =
        effective.or(issued).ok_or_else(|| file.error_at(&span, CalendarProblem::Undated))?;
    if issued.is_some_and(|issued| effective < issued) {
        return Err(file.error_at(&span, CalendarProblem::Effective));
    }
    let mut days: Vec<NamedDay> = Vec::new();
    let off = written.off.iter().map(|span| (DayKind::Off, span));
    let work = written.work.iter().map(|span| (DayKind::Working, span));
    for (kind, span) in off.chain(work) {
        let from = read_date(file, &span.from)?;
        let to = span.to.as_ref().map(|to| read_date(file, to));
        let to = to.transpose()?.unwrap_or(from);
        let wrong = |problem| Err(file.error_at(&span.from.span(), problem));
        if to < from {
            return wrong(CalendarProblem::Backwards);
        }
        let name: Arc<str> = span.name.as_str().into();
        for date in from.series(jiff::Span::new().days(1)) {
            if date > to {
                break;
            }
            let december_before = date.year() == year - 1 && date.month() == 12;
            if date.year() != year && !december_before {
                return wrong(CalendarProblem::OtherYear { date });
            }
            if days.iter().any(|day| day.date == date) {
                return wrong(CalendarProblem::Twice { date });
            }
            let name = name.clone();
            days.push(NamedDay { date, kind, name });
        }
    }
    days.sort_by_key(|day| day.date);
    Ok(Notice {
        title: written.title.into_inner(),
        number: written.number,
        issued,
        effective,
        source: written.source,
        read: match written.read {
            ProvenanceFile::Primary => Provenance::Primary,
            ProvenanceFile::Copy => Provenance::Copy,
            ProvenanceFile::Unverified => Provenance::Unverified,
        },
        days,
    })
}

fn read_date(file: &CalendarFile, written: &Spanned<Datetime>) -> Result<Date, CalendarError> {
    let wrong = || file.error_at(&written.span(), CalendarProblem::Date);
    let value = written.get_ref();
    if value.time.is_some() || value.offset.is_some() {
        return Err(wrong());
    }
    let date = value.date.ok_or_else(wrong)?;
    let day = |part: u8| i8::try_from(part).map_err(|_| wrong());
    let year = i16::try_from(date.year).map_err(|_| wrong())?;
    Date::new(year, day(date.month)?, day(date.day)?).map_err(|_| wrong())
}
