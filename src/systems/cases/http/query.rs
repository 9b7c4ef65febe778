//! What a page of cases is asked: what every page about an indicator is, and which cases.

use minijinja::{Value, context};

use crate::systems::cases::Which;
use crate::systems::indicators::http::{Asked, Console};
use crate::web::Refusal;
use crate::web::query::parameters;

/// A query, parsed.
#[derive(Debug)]
pub(super) struct CaseQuery {
    pub(super) asked: Asked,
    pub(super) which: Which,
    /// Counts from 1.
    pub(super) page: usize,
    /// A case by its id, `source/source_key`.
    pub(super) case: Option<String>,
}

impl CaseQuery {
    pub(super) fn parse(console: &Console, query: Option<&str>) -> Result<CaseQuery, Refusal> {
        let mut asked = Asked::new(console, query)?;
        let (mut chosen, mut page, mut case) = (Which::All, 1, None);
        for (name, value, _) in parameters(query) {
            match name {
                "which" if !value.is_empty() => chosen = which(&value)?,
                "page" if !value.is_empty() => page = parse_page(&value)?,
                "case" => case = Some(value),
                _ => {}
            }
        }
        if chosen != Which::All {
            asked.more = format!("&which={}", which_name(chosen));
        }
        Ok(CaseQuery { asked, which: chosen, page, case })
    }
}

fn parse_page(value: &str) -> Result<usize, Refusal> {
    value.parse().ok().filter(|page| *page > 0).ok_or_else(|| {
        let chinese = format!("`{value}` 不是页码");
        Refusal::unclear(chinese, format!("`{value}` is no page number"))
            .at("page")
            .with_next("从 1 数起，如 page=2", "they count from 1, such as page=2")
    })
}

fn which_name(which: Which) -> &'static str {
    match which {
        Which::All => "all",
        Which::Late => "late",
        Which::Excluded => "excluded",
        Which::Open => "open",
    }
}

fn which(value: &str) -> Result<Which, Refusal> {
    let all = [Which::All, Which::Late, Which::Excluded, Which::Open];
    all.into_iter().find(|which| which_name(*which) == value).ok_or_else(|| {
        Refusal::unclear(format!("没有 `{value}` 这一类工单"), format!("no cases are `{value}`"))
            .at("which")
            .with_next("可写 all、late、excluded 或 open", "write all, late, excluded or open")
    })
}

/// Which cases to list.
pub(super) fn offer_choices(query: &CaseQuery) -> Vec<Value> {
    [
        (Which::All, "全部", "all"),
        (Which::Late, "超时", "late"),
        (Which::Excluded, "排除", "excluded"),
        (Which::Open, "期末未完", "open at the end"),
    ]
    .into_iter()
    .map(|(which, chinese, english)| {
        let value = which_name(which);
        context! { value, text => query.asked.pick(chinese, english), chosen => which == query.which }
    })
    .collect()
}
