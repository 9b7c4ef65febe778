//! Looks for data-quality problems among the cases of a lake, by the limits that a pack sets.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use trueline_clock::TimeLimit as DueRule;
use trueline_expression::{Compare, Expr};
use trueline_lake::{Lake, LakeError, ScanTask};

use super::CASE;
use crate::systems::indicators::{Indicator, LimitKind, Pack};
use crate::systems::intake::quality::{FinderOptions, Profile, QualityError, QualityFinding};

/// Why the cases could not be looked at.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum QualityCheckError {
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Quality(#[from] QualityError),
}

/// Looks twice at every case that counts at `as_of`.
pub(crate) fn find_quality_problems(
    lake: &Lake,
    pack: &Pack,
    as_of: Option<i64>,
    now: i64,
) -> Result<Vec<QualityFinding>, QualityCheckError> {
    let schema = CASE.schema();
    if lake.read_manifest(schema.name)?.batches.is_empty() {
        return Ok(Vec::new());
    }
    let extras = lake.extra_names(&schema)?;
    let arrow = schema.to_arrow();
    let mut columns: Vec<&str> = arrow.fields().iter().map(|field| field.name().as_str()).collect();
    columns.extend(extras.iter().map(String::as_str));
    let tasks: Vec<ScanTask> = lake.scan_rows(&schema, &columns, as_of)?;
    let options = FinderOptions {
        zone: pack.zone.name().to_owned(),
        as_of: as_of.unwrap_or(now),
        limits: collect_kind_limits(pack),
    };
    let mut profile = Profile::new(&options)?;
    visit_batches(&tasks, |batch| profile.observe_batch(batch))?;
    let mut evidence = profile.start_evidence();
    visit_batches(&tasks, |batch| evidence.observe_batch(batch))?;
    Ok(evidence.into_findings())
}

fn visit_batches(tasks: &[ScanTask], mut visit: impl FnMut(&RecordBatch)) -> Result<(), LakeError> {
    for task in tasks {
        for batch in task.read_batches() {
            visit(&batch?);
        }
    }
    Ok(())
}

/// The limits in seconds that each kind of case has to keep, to find what happens just before one.
fn collect_kind_limits(pack: &Pack) -> BTreeMap<String, Vec<i64>> {
    let mut limits: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for indicator in pack.indicators.iter().filter(|indicator| indicator.dataset == CASE) {
        let seconds = list_longest_waits(indicator);
        for kind in find_kinds(&indicator.population.expr).unwrap_or_default() {
            limits.entry(kind).or_default().extend(&seconds);
        }
    }
    for seconds in limits.values_mut() {
        seconds.sort_unstable();
        seconds.dedup();
    }
    limits
}

fn list_longest_waits(indicator: &Indicator) -> Vec<i64> {
    let seconds = indicator.limits.iter().filter_map(|limit| match &limit.kind {
        LimitKind::Longest(DueRule::Elapsed { seconds }) => Some(*seconds),
        _ => None,
    });
    seconds.collect()
}

/// The kinds that a condition allows; `None` if it does not depend on the kind.
fn find_kinds(condition: &Expr) -> Option<Vec<String>> {
    match condition {
        Expr::Compare(Compare::Equal, left, right) => match (&**left, &**right) {
            (Expr::Name(name), Expr::Text(kind)) | (Expr::Text(kind), Expr::Name(name))
                if name == "kind" =>
            {
                Some(vec![kind.clone()])
            }
            _ => None,
        },
        Expr::In(value, listed) if **value == Expr::Name("kind".to_owned()) => {
            let kinds = listed.iter().filter_map(|one| match one {
                Expr::Text(kind) => Some(kind.clone()),
                _ => None,
            });
            Some(kinds.collect())
        }
        // Every part must hold, so only kinds that all parts about the kind allow remain.
        Expr::And(parts) => parts.iter().filter_map(find_kinds).reduce(|mut kept, part| {
            kept.retain(|kind| part.contains(kind));
            kept
        }),
        // One part is enough, so each must be about the kind.
        Expr::Or(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(find_kinds).collect();
            each.map(|each| each.concat())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use trueline_expression::parse_expression;

    use super::*;
    use crate::program::datasets;
    use crate::systems::indicators::load_pack;

    #[test]
    fn kinds_come_from_the_condition_and_not_from_its_text() {
        let check = |text: &str, expected: Option<&[&str]>| {
            let found = find_kinds(&parse_expression(text).unwrap());
            let expected =
                expected.map(|kinds| kinds.iter().map(|kind| (*kind).to_owned()).collect());
            assert_eq!(found, expected, "{text}");
        };
        check("kind == \"repair\"", Some(&["repair"]));
        check("\"repair\" == kind and service == \"fixed\"", Some(&["repair"]));
        check("kind in (\"install\", \"move\")", Some(&["install", "move"]));
        check("kind == \"a\" or kind == \"b\"", Some(&["a", "b"]));
        check("kind in (\"a\", \"b\") and kind in (\"b\", \"c\")", Some(&["b"]));
        check("kind == \"a\" or service == \"fixed\"", None);
        check("cause == \"repair\"", None);
        check("kind != \"repair\"", None);
        check("not (kind == \"repair\")", None);
    }

    #[test]
    fn the_national_pack_sets_limits_for_repairs_and_installations() {
        let pack = load_pack("cn-miit", &[], &datasets()).unwrap();
        let limits = collect_kind_limits(&pack);
        assert!(limits["repair"].contains(&(48 * 3600)), "{limits:?}");
        assert!(limits.contains_key("install"), "{limits:?}");
    }
}
