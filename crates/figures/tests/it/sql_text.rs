//! The SQL of a figure as text: what it says, and when there is none.

use trueline_clock::{TimeLimit, Unit};
use trueline_figures::{FigureMeasure, Request, SqlError, explain_sql};

use crate::rows::{dimensions, request};

fn sql(request: &Request, id: &str, by: &[&str]) -> Result<String, SqlError> {
    explain_sql(request, id, by, "rows")
}

#[test]
fn a_query_names_its_figure_its_columns_and_its_limits() {
    let request = request("2020Q1", dimensions());
    let law = sql(&request, "fix.law", &["side", "city"]).unwrap();
    assert!(law.starts_with("-- fix.law in 2020Q1\nwith in_scope as ("), "{law}");
    for part in [
        "from rows\n",
        "and \"resolved\" >= 1577808000 and \"resolved\" < 1585670400",
        "case when (\"side\" = 'north') then 172800 when true then 259200 end as allowed",
        "i.kind in ('paused', 'held')",
        "by_side",
        "by_city",
        "group by 1, 2\norder by 1, 2",
        "count(*) filter (where excluded_for is null and value > allowed) as late",
        "quantile_disc(value, 0.50)",
    ] {
        assert!(law.contains(part), "{part} in {law}");
    }
    let promise = sql(&request, "fix.promise", &[]).unwrap();
    assert!(promise.contains("least(case when true then 259200 end, case when"), "{promise}");
    assert!(!promise.contains("group by"), "{promise}");
    let count = sql(&request, "count", &["month"]).unwrap();
    assert!(count.contains("cast(null as bigint) as allowed"), "{count}");
    assert!(count.contains("null as p50"), "{count}");
}

#[test]
fn a_limit_that_is_late_itself_allows_a_second_less() {
    let mut request = request("2020Q1", Vec::new());
    if let FigureMeasure::Waited { rule, subtract, .. } = &mut request.definitions[0].measure {
        rule.limit_is_on_time = false;
        subtract.clear();
    }
    let text = sql(&request, "fix.law", &[]).unwrap();
    assert!(text.contains("then 172799 when true then 259199 end as allowed"), "{text}");
    assert!(!text.contains("list_filter"), "nothing is subtracted: {text}");
}

/// A zone that keeps one offset is a shift; one that changes its clocks is asked by name.
#[test]
fn local_time_is_a_shift_only_where_clocks_do_not_change() {
    let mut asked = request("2020Q1", dimensions());
    let month = |request: &Request| sql(request, "count", &["month"]).unwrap();
    assert!(month(&asked).contains("strftime(make_timestamp((\"accepted\" + 28800) * 1000000)"));
    for dimension in &mut asked.dimensions {
        if let trueline_figures::DimensionKey::Month { zone } = &mut dimension.key {
            "Europe/London".clone_into(zone);
        }
    }
    // Clocks in London went forward on 29 March 2020, inside the quarter.
    assert!(month(&asked).contains("timezone('Europe/London', to_timestamp(\"accepted\"))"));
    asked.period = crate::rows::period("2020-02");
    assert!(month(&asked).contains("make_timestamp((\"accepted\" + 0) * 1000000)"));
}

#[test]
fn what_has_no_sql_is_refused() {
    let request = request("2020Q1", dimensions());
    let refused = |request: &Request, id: &str, by: &[&str]| sql(request, id, by).unwrap_err();
    assert!(matches!(refused(&request, "none", &[]), SqlError::NoDefinition(id) if id == "none"));
    assert!(matches!(refused(&request, "count", &["x"]), SqlError::NoDimension(by) if by == "x"));
    let mut by_date = request.clone();
    by_date.definitions[0].late_after[0].limit = TimeLimit::Dates { days: 2 };
    assert!(matches!(refused(&by_date, "fix.law", &[]), SqlError::WorkingTime));
    let mut working = request.clone();
    working.calendars = trueline_clock::embedded::parse_calendars().unwrap();
    if let FigureMeasure::Waited { rule, .. } = &mut working.definitions[0].measure {
        rule.unit = Unit::WorkingHours;
        rule.calendar = Some("cn".into());
    }
    assert!(matches!(refused(&working, "fix.law", &[]), SqlError::WorkingTime));
    let mut unknown = request;
    unknown.dimensions[1].key =
        trueline_figures::DimensionKey::Month { zone: "Mars/Olympus".to_owned() };
    assert!(matches!(refused(&unknown, "count", &["month"]), SqlError::Plan(_)));
}
