//! The query of a page of cases: that of every page about an indicator, and which cases to list.

use minijinja::{Value, context};

use crate::systems::cases::CaseSelection;
use crate::systems::indicators::http::{Console, PageQuery};
use crate::web::Refusal;
use crate::web::query::parameters;

/// A parsed query.
#[derive(Debug)]
pub(super) struct CaseQuery {
    pub(super) asked: PageQuery,
    pub(super) which: CaseSelection,
    /// Counts from 1.
    pub(super) page: usize,
    /// A case by its id, `source/source_key`.
    pub(super) case: Option<String>,
}

impl CaseQuery {
    pub(super) fn parse(console: &Console, query: Option<&str>) -> Result<CaseQuery, Refusal> {
        let mut asked = PageQuery::new(console, query)?;
        let (mut chosen, mut page, mut case) = (CaseSelection::All, 1, None);
        for (name, value, _) in parameters(query) {
            match name {
                "which" if !value.is_empty() => chosen = parse_selection(&value)?,
                "page" if !value.is_empty() => page = parse_page(&value)?,
                "case" => case = Some(value),
                _ => {}
            }
        }
        if chosen != CaseSelection::All {
            asked.more = format!("&which={}", name_selection(chosen));
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

fn name_selection(which: CaseSelection) -> &'static str {
    match which {
        CaseSelection::All => "all",
        CaseSelection::Late => "late",
        CaseSelection::Excluded => "excluded",
        CaseSelection::Open => "open",
    }
}

fn parse_selection(value: &str) -> Result<CaseSelection, Refusal> {
    let all =
        [CaseSelection::All, CaseSelection::Late, CaseSelection::Excluded, CaseSelection::Open];
    all.into_iter().find(|which| name_selection(*which) == value).ok_or_else(|| {
        Refusal::unclear(format!("没有 `{value}` 这一类工单"), format!("no cases are `{value}`"))
            .at("which")
            .with_next("可写 all、late、excluded 或 open", "write all, late, excluded or open")
    })
}

/// Offers the choices of cases to list.
pub(super) fn offer_choices(query: &CaseQuery) -> Vec<Value> {
    [
        (CaseSelection::All, "全部", "all"),
        (CaseSelection::Late, "超时", "late"),
        (CaseSelection::Excluded, "排除", "excluded"),
        (CaseSelection::Open, "期末未完", "open at the end"),
    ]
    .into_iter()
    .map(|(which, chinese, english)| {
        let value = name_selection(which);
        let text = query.asked.pick_text(chinese, english);
        context! { value, text, chosen => which == query.which }
    })
    .collect()
}
