//! Every shipped pack loads; wrong packs say where and what to write instead.

use std::fs;

use super::load::parse_pack;
use super::{LimitKind, Read, load_pack, shipped_packs};
use crate::language::Language;
use crate::program::datasets;

#[test]
fn every_shipped_pack_loads() {
    for name in shipped_packs() {
        if let Err(error) = load_pack(name, &[], &datasets()) {
            panic!("{error}");
        }
    }
}

#[test]
fn foreign_packs_answer_eight_indicators_and_name_what_is_missing_for_the_rest() {
    for name in ["etsi-eg-202-057", "in-trai", "uk-ofcom"] {
        let pack = load_pack(name, &[], &datasets()).expect("it loads");
        assert!(pack.indicators.len() >= 8, "{name}");
        assert!(!pack.not_answered.is_empty(), "{name}");
    }
}

#[test]
fn the_national_pack_holds_every_figure_of_the_sample_report() {
    let pack = load_pack("cn-miit", &[], &datasets()).expect("it loads");
    let figures = [
        "fixed.install.mean",
        "fixed.install.on_time",
        "fixed.repair.mean",
        "fixed.repair.on_time",
        "fixed.billing_error.bound",
        "mobile.change.mean",
        "mobile.change.on_time",
        "mobile.restore.mean",
        "mobile.restore.on_time",
        "mobile.repair.mean",
        "mobile.repair.on_time",
        "broadband.install.mean",
        "broadband.install.on_time",
        "broadband.repair.mean",
        "broadband.repair.on_time",
        "leased.opening.mean",
        "leased.repair.mean",
        "complaint.handling.mean",
        "complaint.satisfaction.share",
        "rollout.l900.count",
    ];
    for id in figures {
        let (indicator, statistic) = pack.find_figure(id).unwrap_or_else(|| panic!("{id}"));
        assert!(statistic.main, "{id}");
        for language in Language::BOTH {
            assert!(!indicator.says.as_str(language).is_empty(), "{id}");
        }
    }
    for id in ["fixed.install", "fixed.repair"] {
        assert_eq!(pack.find_indicator(id).expect("it is there").segments, ["area"], "{id}");
    }
}

#[test]
fn a_limit_is_verified_only_if_somebody_read_its_source() {
    for name in shipped_packs() {
        let pack = load_pack(name, &[], &datasets()).expect("it loads");
        for indicator in &pack.indicators {
            for limit in &indicator.limits {
                let source = limit.source.as_ref().expect("every limit names its source");
                let read = pack.sources[source].read;
                assert_eq!(limit.read, read, "{}", indicator.id);
                let has_text = matches!(read, Read::Primary | Read::OwnDesign);
                assert!(!limit.verified || has_text, "{}", indicator.id);
            }
        }
    }
}

#[test]
fn a_child_keeps_the_limits_of_its_parents() {
    let parent = load_pack("cn-miit", &[], &datasets()).expect("it loads");
    let child = load_pack("operator-promise", &[], &datasets()).expect("it loads");
    for indicator in &parent.indicators {
        let inherited = child.find_indicator(&indicator.id).expect("it is inherited");
        for limit in &indicator.limits {
            let kept = inherited.limits.iter().any(|other| {
                other.by == limit.by && other.kind == limit.kind && other.segment == limit.segment
            });
            assert!(kept, "{}", indicator.id);
        }
    }
    let repair = child.find_indicator("fixed.repair").expect("it is inherited");
    let by: Vec<&str> = repair
        .limits
        .iter()
        .filter(|limit| matches!(limit.kind, LimitKind::Longest(_)))
        .map(|limit| limit.by.as_str())
        .collect();
    assert_eq!(by, ["cn-miit", "cn-miit", "operator-promise", "operator-promise"]);
}

/// A small, complete pack into which a test writes its mistake.
const SMALL: &str = r#"[pack]
id = "own"
version = "1"
title = "own"

[[group]]
id = "repairs"
title = "Repairs"

[source.rule]
title = "rule"
citation = "rule"
read = "secondary"

[[indicator]]
id = "repair"
group = "repairs"
title = "Repair"
population = "kind == 'repair'"
period = "resolved"

[indicator.clock]
start = "accepted"
stop = "resolved"
unit = "h"

[[indicator.publish]]
statistic = "mean"
title = "Mean"
unit = "h"

[[indicator.limit]]
kind = "longest"
value = 48
unit = "h"
source = "rule"
"#;

/// What is replaced in [`SMALL`], by what, and the message.
const MISTAKES: [[&str; 3]; 15] = [
    [
        "population =",
        "popluation =",
        "own.toml:19:1: there is no key `popluation` here; did you mean `population`?",
    ],
    [
        "kind == 'repair'",
        "knd == 'repair'",
        "own.toml:19:15: no name is `knd`; did you mean `kind`?",
    ],
    [
        "kind == 'repair'",
        "kind = 'repair'",
        "own.toml:19:20: unexpected character `=`; write `==` to compare",
    ],
    [
        "period = \"resolved\"",
        "period = \"kind\"",
        "own.toml:20:11: `kind` is a text, not a moment; write a moment such as resolved or \
         latest(accepted, paid)",
    ],
    [
        "unit = \"h\"\n\n[[indicator.publish]]",
        "unit = \"hours\"\n\n[[indicator.publish]]",
        "own.toml:25:8: there is no word `hours` here; write one of: s, min, h, d, wh, wd",
    ],
    [
        "statistic = \"mean\"",
        "statistic = \"meen\"",
        "own.toml:28:13: there is no statistic `meen`; did you mean `mean`?",
    ],
    [
        "statistic = \"mean\"",
        "statistic = \"share\"",
        "own.toml:28:13: `share` cannot be had from what `repair` measures; it needs an \
         [indicator.share]",
    ],
    [
        "group = \"repairs\"",
        "group = \"repair\"",
        "own.toml:17:9: no group is called `repair`; did you mean `repairs`?",
    ],
    [
        "source = \"rule\"",
        "source = \"rules\"",
        "own.toml:36:10: no source is called `rules`; did you mean `rule`?",
    ],
    [
        "source = \"rule\"",
        "",
        "own.toml:34:9: nothing says where this limit comes from; add `source = \"…\"`, the name \
         of a [source.…]",
    ],
    [
        "source = \"rule\"",
        "source = \"rule\"\nverified = true",
        "own.toml:36:10: nobody has read `rule` in its own text; leave `verified` out, or set \
         `read = \"primary\"` once it has been read",
    ],
    [
        "value = 48\nunit = \"h\"",
        "value = 5\nunit = \"wd\"",
        "own.toml:35:8: working days need a calendar; add `calendar = \"cn\"` to [pack]",
    ],
    [
        "value = 48",
        "value = \"48 h\"",
        "own.toml:34:9: invalid type: string \"48 h\", expected f64",
    ],
    [
        "[pack]\nid = \"own\"",
        "[pack]\nid = \"own\"\ninherits = \"cn-mit\"",
        "own.toml:3:12: no pack is called `cn-mit`; did you mean `cn-miit`?",
    ],
    [
        "title = \"own\"",
        "title = \"own\"\nzone = \"Asia/Peking\"",
        "own.toml:5:8: no time zone is called `Asia/Peking`; write an IANA name such as \
         Asia/Shanghai or Europe/London",
    ],
];

#[test]
fn a_wrong_pack_says_where_and_what_to_write_instead() {
    assert!(parse_pack("own.toml", SMALL, &datasets()).is_ok());
    let mut wrong = Vec::new();
    for [from, to, expected] in MISTAKES {
        assert!(SMALL.contains(from), "{from}");
        let text = SMALL.replacen(from, to, 1);
        let said = match parse_pack("own.toml", &text, &datasets()) {
            Ok(_) => "it was taken".to_owned(),
            Err(error) => error.to_string(),
        };
        if said != expected {
            wrong.push(format!("{to}\n  {said}\n  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_child_that_loosens_is_refused_unless_it_cites_an_approval() {
    let child = |rest: &str| {
        let text = format!(
            "[pack]\nid = \"own\"\nversion = \"1\"\ntitle = \"own\"\ninherits = \"cn-miit\"\n\
             [source.own]\ntitle = \"own\"\ncitation = \"own\"\nread = \"own_design\"\n{rest}"
        );
        parse_pack("own.toml", &text, &datasets())
    };
    let limit = "[[indicator]]\nid = \"fixed.repair\"\n[[indicator.limit]]\nkind = \"longest\"\n\
                 unit = \"h\"\nsource = \"own\"\n";
    let loose = format!("{limit}segment = {{ area = \"rural\" }}\nvalue = 96\n");
    let error = child(&loose).expect_err("it loosens").to_string();
    assert_eq!(
        error,
        "own.toml:17:9: 96 h is looser than the 72 h of cn-miit; write a stricter value, or cite \
         `approval = \"…\"` that allows it"
    );
    let approved = format!("{loose}approval = \"ministry letter 7\"\n");
    let pack = child(&approved).expect("it is approved");
    let rural: Vec<f64> = pack
        .find_indicator("fixed.repair")
        .expect("it is inherited")
        .limits
        .iter()
        .filter(|limit| matches!(limit.kind, LimitKind::Longest(_)))
        .filter(|limit| limit.segment["area"].iter().any(|area| area == "rural"))
        .map(|limit| limit.value)
        .collect();
    assert_eq!(rural, [96.0]);
    let dated = format!("{approved}from = 2020-04-01\nuntil = 2020-04-30\n");
    let pack = child(&dated).expect("it is approved for a month");
    let repair = pack.find_indicator("fixed.repair").expect("it is inherited");
    let days: Vec<String> = repair
        .limits
        .iter()
        .filter(|limit| (limit.value - 72.0).abs() < f64::EPSILON)
        .map(|limit| format!("{:?}..{:?}", limit.from, limit.until))
        .collect();
    assert_eq!(days, ["None..Some(2020-03-31)", "Some(2020-05-01)..None"]);
    let everywhere = format!("{limit}value = 96\napproval = \"ministry letter 7\"\n");
    let error = child(&everywhere).expect_err("it names other cases").to_string();
    assert!(error.contains("for other cases than those"), "{error}");
    let quiet = "[[indicator]]\nid = \"fixed.repair\"\n[[indicator.exclude]]\nreason = \"far\"\n\
                 when = \"area == 'rural'\"\napproved_by = \"us\"\n";
    let error = child(quiet).expect_err("it changes the definition").to_string();
    assert!(error.contains("`exclude` changes what `fixed.repair` measures"), "{error}");
}

#[test]
fn packs_that_inherit_in_a_circle_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, parent: &str| {
        let text = format!(
            "[pack]\nid = \"{name}\"\nversion = \"1\"\ntitle = \"t\"\ninherits = \"{parent}\"\n"
        );
        fs::write(folder.path().join(format!("{name}.toml")), text).expect("a file");
    };
    write("a", "b");
    write("b", "a");
    let path = folder.path().join("a.toml");
    let error =
        load_pack(&path.display().to_string(), &[], &datasets()).expect_err("a circle").to_string();
    assert!(error.contains("packs inherit in a circle: a → b → a"), "{error}");
    write("own", "cn-miit");
    let folders = [folder.path().to_path_buf()];
    let pack = load_pack("own", &folders, &datasets()).expect("it inherits a shipped pack");
    let lineage: Vec<&str> = pack.lineage.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(lineage, ["cn-miit", "own"]);
    assert!(load_pack("onw", &folders, &datasets()).is_err());
}

#[test]
fn the_published_schema_names_every_field_of_a_figure_and_no_other() {
    use std::collections::BTreeSet;

    use serde_json::Value;

    /// Every object of the value holds what the schema requires and nothing that it does not know.
    fn compare(path: &str, schema: &Value, value: &Value) {
        let schema = schema["oneOf"].get(1).unwrap_or(schema);
        match value {
            Value::Object(fields) if schema["properties"].is_object() => {
                let keys = |value: &Value| -> BTreeSet<String> {
                    value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
                };
                assert_eq!(keys(value), keys(&schema["properties"]), "{path}");
                let required = schema["required"].as_array().map_or(0, Vec::len);
                assert_eq!(required, fields.len(), "{path}");
                for (key, value) in fields {
                    compare(&format!("{path}.{key}"), &schema["properties"][key], value);
                }
            }
            Value::Array(items) => {
                for item in items {
                    compare(&format!("{path}[]"), &schema["items"], item);
                }
            }
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {}
        }
    }

    let schema: Value = serde_json::from_str(include_str!("../../../docs/figures.schema.json"))
        .expect("the schema is JSON");
    let row = super::row::make_full_figure();
    let value = serde_json::to_value(&row).expect("a figure is JSON");
    compare("figure", &schema["$defs"]["figure"], &value);
}
