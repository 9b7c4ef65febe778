//! Who files the report, for whom, and whether it is in time.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::systems::reports::model::{Filing, Language, ReportPeriod, ReportingCompany};
use crate::systems::reports::settings::{EnglishNames, ReportSettings};

/// Why the cover cannot be written.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum FilingError {
    #[error("[report] {key}: `{value}` is no date such as 2020-07-10")]
    #[zh("[report] {key}：“{value}”不是 2020-07-10 这样的日期")]
    Date { key: &'static str, value: String },
    #[error(
        "the report is dated {date}, after it was due on {due}; write the reason in the settings \
         as late_reason under [report]"
    )]
    #[zh("报告日期为 {date}，晚于报送期限 {due}；请在设置的 [report] 下以 late_reason 写明原因")]
    LateWithoutReason { date: String, due: String },
}

/// The English name in an English report if there is one; otherwise the name itself.
fn pick_name(own: &str, english: Option<&String>, language: Language) -> String {
    match (language, english) {
        (Language::English, Some(english)) => english.clone(),
        (Language::English, None) | (Language::Chinese, _) => own.to_owned(),
    }
}

fn pick_optional_name(
    own: Option<&String>,
    english: Option<&String>,
    language: Language,
) -> Option<String> {
    match (language, english) {
        (Language::English, Some(english)) => Some(english.clone()),
        (Language::English, None) | (Language::Chinese, _) => {
            own.filter(|name| !name.is_empty()).cloned()
        }
    }
}

fn find_english_names(settings: &ReportSettings) -> EnglishNames {
    settings.english.clone().unwrap_or_default()
}

pub(super) fn describe_company(settings: &ReportSettings, language: Language) -> ReportingCompany {
    let english = find_english_names(settings);
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let name = pick_name(&settings.company, english.company.as_ref(), language);
    let short = pick_name(&settings.short_name, english.short_name.as_ref(), language);
    ReportingCompany {
        short_name: if short.is_empty() { name.clone() } else { short },
        name,
        region: pick_name(&settings.region, english.region.as_ref(), language),
        hotline: given(&settings.hotline),
        complaint_phone: given(&settings.complaint_phone),
    }
}

pub(super) fn describe_filing(
    settings: &ReportSettings,
    period: &ReportPeriod,
    language: Language,
) -> Result<Filing, FilingError> {
    let english = find_english_names(settings);
    let due = match &settings.due {
        Some(due) => parse_date("due", due)?,
        None => find_usual_due(&period.to).unwrap_or_default(),
    };
    let date = match &settings.date {
        Some(date) => parse_date("date", date)?,
        None => due,
    };
    let reason =
        pick_optional_name(settings.late_reason.as_ref(), english.late_reason.as_ref(), language);
    let late = date > due;
    if late && reason.is_none() {
        return Err(FilingError::LateWithoutReason {
            date: date.to_string(),
            due: due.to_string(),
        });
    }
    let name = |own: &Option<String>, english: &Option<String>| {
        pick_optional_name(own.as_ref(), english.as_ref(), language)
    };
    Ok(Filing {
        addressee: pick_name(&settings.addressee, english.addressee.as_ref(), language),
        date: date.to_string(),
        due: Some(due.to_string()),
        late_reason: reason.filter(|_| late),
        restates: None,
        restatement_reason: None,
        prepared_by: name(&settings.prepared_by, &english.prepared_by),
        reviewed_by: name(&settings.reviewed_by, &english.reviewed_by),
        signed_by: name(&settings.signed_by, &english.signed_by),
    })
}

fn parse_date(key: &'static str, value: &str) -> Result<Date, FilingError> {
    value.parse().map_err(|_| FilingError::Date { key, value: value.to_owned() })
}

/// The middle of the month after the period, as the reporting rule of 2001 says.
fn find_usual_due(last: &str) -> Option<Date> {
    let last: Date = last.parse().ok()?;
    last.first_of_month().checked_add(1.month().days(14)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half() -> ReportPeriod {
        ReportPeriod {
            name: "2020H1".to_owned(),
            title: String::new(),
            from: "2020-01-01".to_owned(),
            to: "2020-06-30".to_owned(),
        }
    }

    #[test]
    fn a_report_is_due_in_the_middle_of_the_next_month() {
        let filed =
            describe_filing(&ReportSettings::default(), &half(), Language::Chinese).unwrap();
        assert_eq!(filed.due.as_deref(), Some("2020-07-15"));
        assert_eq!(filed.date, "2020-07-15");
        assert_eq!(filed.late_reason, None);
    }

    #[test]
    fn a_late_report_needs_its_reason_and_prints_it() {
        let mut settings =
            ReportSettings { date: Some("2020-07-20".to_owned()), ..ReportSettings::default() };
        let refused = describe_filing(&settings, &half(), Language::Chinese).unwrap_err();
        assert!(refused.to_string().contains("late_reason"), "{refused}");
        settings.late_reason = Some("系统升级".to_owned());
        let filed = describe_filing(&settings, &half(), Language::Chinese).unwrap();
        assert_eq!(filed.late_reason.as_deref(), Some("系统升级"));
    }

    #[test]
    fn a_reason_is_not_printed_on_a_timely_report() {
        let settings = ReportSettings {
            date: Some("2020-07-10".to_owned()),
            late_reason: Some("上期的原因".to_owned()),
            ..ReportSettings::default()
        };
        let filed = describe_filing(&settings, &half(), Language::Chinese).unwrap();
        assert_eq!(filed.late_reason, None);
    }

    #[test]
    fn a_wrong_date_names_its_key() {
        let settings =
            ReportSettings { due: Some("mid-July".to_owned()), ..ReportSettings::default() };
        let refused = describe_filing(&settings, &half(), Language::Chinese).unwrap_err();
        assert_eq!(refused.to_string(), "[report] due: `mid-July` is no date such as 2020-07-10");
    }
}
