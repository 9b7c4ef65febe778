//! What a narrative may say, and what stops the build.

use super::{
    Narrative, NarrativeBlock, NarrativeError, ReferenceContext, SectionKind, TextOrigin, Weight,
    resolve_narrative,
};
use crate::program::datasets;
use crate::systems::indicators::{load_pack, shipped_packs};
use crate::systems::reports::model::{Language, QualityReport};
use crate::systems::reports::{DEMO_NARRATIVES, NARRATIVES, list_default_fields, make_narratives};

fn fixture(language: Language) -> QualityReport {
    let text = match language {
        Language::Chinese => include_str!("../fixtures/province-zh.json"),
        Language::English => include_str!("../fixtures/province-en.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn read(text: &str, language: Language) -> Result<Narrative, NarrativeError> {
    let report = fixture(language);
    let context = ReferenceContext {
        language,
        groups: &report.groups,
        slices: &report.slices,
        fields: list_default_fields(&report.company, &report.period, report.previous.as_ref()),
        empty: vec!["mobile.porting".to_owned()],
    };
    resolve_narrative(text, "zh.md", &context)
}

/// The plain text of a narrative in Chinese with one part.
fn printed(body: &str) -> String {
    let narrative = read(&format!("# 电信服务质量状况\n\n{body}\n"), Language::Chinese).unwrap();
    let mut text = String::new();
    for block in narrative.parts.iter().flat_map(|part| &part.blocks) {
        if let NarrativeBlock::Paragraph { spans } | NarrativeBlock::Heading { spans, .. } = block {
            for span in spans {
                text.push_str(&span.text);
            }
            text.push('\n');
        }
    }
    text.trim_end().to_owned()
}

fn refused(body: &str) -> String {
    let text = format!("# 电信服务质量状况\n\n{body}\n");
    read(&text, Language::Chinese).unwrap_err().to_string()
}

#[test]
fn a_reference_prints_the_figure_with_its_unit() {
    let check = |reference: &str, text: &str| assert_eq!(printed(reference), text, "{reference}");
    check("{{fixed.repair.mean[area=urban]}}", "7.41小时");
    check("{{fixed.repair.mean[area=urban]|value}}", "7.41");
    check("{{fixed.repair.mean[area=urban]|unit}}", "小时");
    check("{{fixed.repair.mean[area=urban]|n}}件", "41,286件");
    check("{{fixed.repair.mean[area=urban]|previous}}", "7.88小时");
    check("{{fixed.repair.mean[area=urban]|change}}", "缩短0.47小时");
    check("{{fixed.repair.mean[area=rural]|change}}", "延长0.11小时");
    check("{{complaint.satisfaction.share|change}}", "提高2.12个百分点");
    check("{{complaint.satisfaction.share|interval}}", "87.73–88.54");
    check("{{fixed.billing_error.bound}}", "≤10⁻⁴");
    check("{{broadband.repair.mean|longest}}", "71.20小时");
    check("{{broadband.repair.mean[prefecture=141100]|n}}", "8211");
    check("{{mobile.porting.mean}}", "—");
    check("{{complaint_phone}}", "10010-5");
}

#[test]
fn a_typed_number_with_a_unit_stops_the_build_with_its_line() {
    let message = refused("第一段。\n\n平均修复7.41小时。");
    assert!(message.starts_with("zh.md:5: `7.41小时` is typed"), "{message}");
    assert!(message.contains("`7.41小时[^source: …]`"), "{message}");
}

#[test]
fn every_mistake_is_reported_at_once() {
    let message = refused("用时3天，{{fixed.repare.mean}}，满意率90%");
    assert_eq!(message.lines().count(), 3, "{message}");
}

#[test]
fn emphasis_does_not_hide_a_typed_number() {
    assert!(refused("新建**3390**个基站").contains("`3390个`"));
}

#[test]
fn a_number_with_a_source_is_printed_and_listed() {
    let text = "# 电信服务质量状况\n\n另有12个[^source: 工程管理系统，2020-06-30]站址待验收。\n";
    let narrative = read(text, Language::Chinese).unwrap();
    let listed = &narrative.not_from_records[0];
    assert_eq!((listed.text.as_str(), listed.line), ("12个", 3));
    assert_eq!(listed.source, "工程管理系统，2020-06-30");
    assert_eq!(listed.place, SectionKind::State);
    let NarrativeBlock::Paragraph { spans } = &narrative.parts[0].blocks[0] else {
        panic!("no paragraph");
    };
    let texts: Vec<&str> = spans.iter().map(|span| span.text.as_str()).collect();
    assert_eq!(texts, ["另有", "12个", "站址待验收。"]);
    assert_eq!(spans[1].origin, TextOrigin::Source { number: 1 });
}

#[test]
fn a_source_far_from_its_number_is_refused() {
    let message = refused("待验收站址[^source: 工程管理系统]");
    assert!(message.contains("right after the number"), "{message}");
}

#[test]
fn an_unknown_reference_offers_what_was_meant() {
    let check = |body: &str, offer: &str| {
        let message = refused(body);
        assert!(message.contains(offer), "{message}");
    };
    check("{{fixed.repiar.mean[area=urban]}}", "did you mean `fixed.repair.mean`?");
    check("{{fixed.repair.mean[area=urbn]}}", "did you mean `[area=urban]`?");
    check("{{fixed.repair.mean}}", "for example `fixed.repair.mean[area=urban]`");
    check("{{fixed.repair.mean[area=urban]|previos}}", "did you mean `|previous`?");
    check("{{companny}}", "did you mean `company`?");
    check("{{fixed.repair.mean[area=urban]", "never closed");
}

#[test]
fn an_unknown_part_offers_what_was_meant() {
    let message = read("# 公司简价\n\n文字\n", Language::Chinese).unwrap_err().to_string();
    assert_eq!(message, "zh.md:1: no part is called `公司简价`; did you mean `公司简介`?");
}

#[test]
fn headings_find_their_parts_whatever_number_they_carry() {
    let text =
        "# 一、公司简介\n\n甲\n\n# 三、主要服务指标完成情况\n\n乙\n\n## （三）宽带业务\n\n丙\n";
    let narrative = read(text, Language::Chinese).unwrap();
    let places: Vec<_> =
        narrative.parts.iter().map(|part| (part.place, part.group.as_deref())).collect();
    assert_eq!(
        places,
        [
            (SectionKind::Company, None),
            (SectionKind::Indicators, None),
            (SectionKind::Indicators, Some("broadband")),
        ]
    );
}

#[test]
fn what_needs_records_is_left_out_without_them() {
    let body = "<!-- needs mobile.porting -->\n## 携号转网\n\n平均{{mobile.porting.mean}}。\n\n\
                ## 投诉\n\n<!-- needs complaint.handling -->\n有记录。";
    assert_eq!(printed(body), "投诉\n有记录。");
    assert!(refused("<!-- needs complaint.handing -->\n文").contains("`complaint.handling`"));
}

#[test]
fn pictures_code_and_html_are_refused() {
    for body in ["![图](a.png)", "    code", "<b>粗</b>\n", "<div>块</div>"] {
        let outcome = read(&format!("# 公司简介\n\n{body}\n"), Language::Chinese);
        assert!(outcome.is_err(), "{body}");
    }
}

#[test]
fn strong_words_stay_strong_in_tight_lists() {
    let narrative = read("# 公司简介\n\n- **重点**：文字\n", Language::Chinese).unwrap();
    let NarrativeBlock::List { items, .. } = &narrative.parts[0].blocks[0] else {
        panic!("no list");
    };
    let NarrativeBlock::Paragraph { spans } = &items[0][0] else {
        panic!("no words");
    };
    assert_eq!((spans[0].text.as_str(), spans[0].weight), ("重点", Weight::Strong));
}

#[test]
fn shipped_narratives_resolve_in_their_language() {
    for (name, text) in NARRATIVES.into_iter().chain(DEMO_NARRATIVES) {
        let language = if name == "zh.md" { Language::Chinese } else { Language::English };
        let narrative = read(text, language).unwrap_or_else(|error| panic!("{error}"));
        assert!(narrative.parts.iter().any(|part| part.place == SectionKind::Declaration));
        assert_eq!(narrative.not_from_records, Vec::new());
    }
}

#[test]
fn a_new_instance_of_any_pack_has_a_narrative_with_its_figures() {
    for id in shipped_packs() {
        let pack = load_pack(id, &[], &datasets()).unwrap();
        for (name, text) in make_narratives(&pack) {
            let language = if name == "zh.md" { Language::Chinese } else { Language::English };
            let report = fixture(language);
            let context = ReferenceContext {
                language,
                groups: &[],
                slices: &[],
                fields: list_default_fields(&report.company, &report.period, None),
                empty: pack.indicators.iter().map(|one| one.id.clone()).collect(),
            };
            let narrative = resolve_narrative(&text, name, &context);
            let narrative = narrative.unwrap_or_else(|error| panic!("{id}: {error}\n{text}"));
            assert!(narrative.parts.iter().any(|part| part.place == SectionKind::Declaration));
            let told =
                pack.indicators.iter().filter(|one| text.contains(&format!("{{{{{}.", one.id)));
            assert!(told.count() >= 6, "{id}");
        }
    }
}
