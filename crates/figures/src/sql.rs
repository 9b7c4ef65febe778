//! A figure as DuckDB SQL: the reader's second engine.
//!
//! The query reads the same Parquet. Moments are whole seconds since 1970, so every duration is a
//! difference of integers. Working time and limits by date have no SQL form.

mod expression;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use trueline_clock::TimeLimit;
use trueline_expression::Expr;

use self::expression::{LocalTimeSql, expression_sql, quote_name, quote_text};
use crate::definition::{
    DimensionKey, FigureDefinition, FigureMeasure, INTERVALS, LateAfter, Request,
};
use crate::plan::{FamilyLimits, PlanError, RequestPlan};

/// Why a figure has no SQL.
#[derive(Debug, thiserror::Error, trueline_language::Explain)]
pub enum SqlError {
    #[error("the request makes no sense")]
    #[zh("无法按此请求计算")]
    Plan(#[from] PlanError),
    #[error("no definition is called `{0}`")]
    #[zh("没有定义 `{0}`")]
    NoDefinition(String),
    #[error("no dimension is called `{0}`")]
    #[zh("没有维度 `{0}`")]
    NoDimension(String),
    #[error("working time and limits by date have no SQL form")]
    #[zh("工作时间与按日期的时限无法写成 SQL")]
    WorkingTime,
}

/// The percentiles that the query gives.
const PERCENTS: [u8; 4] = [50, 80, 95, 99];

/// DuckDB SQL that computes one definition along these dimensions from `table`, an expression that
/// can follow `from`, such as `read_parquet('lake/case/*.parquet')`.
///
/// Its columns are the dimensions, then `n`, `sum`, `longest`, `late`, `p50`, `p80`, `p95`, `p99`,
/// `excluded`, `unmeasurable`, `sum_without_exclusions` and `sum_without_pauses`.
pub fn explain_sql(
    request: &Request,
    definition: &str,
    by: &[&str],
    table: &str,
) -> Result<String, SqlError> {
    let found = request.definitions.iter().find(|d| d.id == definition);
    let found = found.ok_or_else(|| SqlError::NoDefinition(definition.to_owned()))?;
    let plan = RequestPlan::new(&Request { definitions: vec![found.clone()], ..request.clone() })?;
    let query = SqlQuery {
        request,
        definition: found,
        limits: &plan.families[0].limit_sets[0],
        local: find_local_time(&request.zone, request),
    };
    let keys: Result<Vec<(String, String)>, SqlError> =
        by.iter().map(|name| query.key_sql(name).map(|key| ((*name).to_owned(), key))).collect();
    query.query_sql(&keys?, table)
}

/// How to compute local time: by a shift in seconds if the zone keeps one offset all through the
/// period.
fn find_local_time(zone: &TimeZone, request: &Request) -> LocalTimeSql {
    let offset = |moment: i64| {
        let instant = Timestamp::from_second(moment).ok()?;
        Some(i64::from(zone.to_offset(instant).seconds()))
    };
    let from = Timestamp::from_second(request.period.from).ok();
    let changes = from
        .and_then(|from| zone.following(from).next())
        .is_some_and(|change| change.timestamp().as_second() < request.period.to);
    match offset(request.period.from) {
        Some(shift) if !changes => LocalTimeSql::Shift(shift),
        _ => LocalTimeSql::Zone(zone.iana_name().unwrap_or("UTC").to_owned()),
    }
}

struct SqlQuery<'a> {
    request: &'a Request,
    definition: &'a FigureDefinition,
    limits: &'a FamilyLimits,
    local: LocalTimeSql,
}

impl SqlQuery<'_> {
    fn expr_sql(&self, expr: &Expr) -> String {
        expression_sql(expr, &self.local)
    }

    fn key_sql(&self, wanted: &str) -> Result<String, SqlError> {
        let dimension = self.request.dimensions.iter().find(|d| d.name == wanted);
        let dimension = dimension.ok_or_else(|| SqlError::NoDimension(wanted.to_owned()))?;
        let moment = |zone: &str, format: &str| {
            let found = TimeZone::get(zone).map_err(|_| PlanError::Zone(zone.to_owned()))?;
            let local = find_local_time(&found, self.request);
            let civil = local.civil_sql(&self.expr_sql(&self.definition.period_moment));
            Ok::<String, SqlError>(match format {
                "quarter" => format!("year({civil}) || 'Q' || quarter({civil})"),
                _ => format!("strftime({civil}, '{format}')"),
            })
        };
        Ok(match &dimension.key {
            DimensionKey::Column(column) => {
                format!("coalesce(cast({} as varchar), '')", quote_name(column))
            }
            DimensionKey::Prefix { column, length, pad } => {
                let column = quote_name(column);
                format!(
                    "coalesce(case when length({column}) > {length} then \
                     left({column}, {length}) || {} else {column} end, '')",
                    quote_text(pad)
                )
            }
            DimensionKey::Parts { column, separator, count } => format!(
                "coalesce(array_to_string(string_split({}, {})[1:{count}], {}), '')",
                quote_name(column),
                quote_text(&separator.to_string()),
                quote_text(&separator.to_string())
            ),
            DimensionKey::Month { zone } => moment(zone, "%Y-%m")?,
            DimensionKey::Quarter { zone } => moment(zone, "quarter")?,
            DimensionKey::Day { zone } => moment(zone, "%Y-%m-%d")?,
        })
    }

    fn query_sql(&self, keys: &[(String, String)], table: &str) -> Result<String, SqlError> {
        let period = &self.request.period;
        let moment = self.expr_sql(&self.definition.period_moment);
        let mut sql = format!("-- {} in {}\n", self.definition.id, period.name);
        sql.push_str("with in_scope as (\n  select *,\n");
        for (key, expr) in keys {
            let _ = writeln!(sql, "    {expr} as {},", quote_name(&format!("by_{key}")));
        }
        let _ = writeln!(sql, "    {} as excluded_for,", self.excluded_for());
        self.write_measure_columns(&mut sql);
        let _ = write!(
            sql,
            "    {} as allowed\n  from {table}\n  where ({})\n    \
             and {moment} >= {} and {moment} < {}\n)",
            self.allowed_sql()?,
            self.expr_sql(&self.definition.population),
            period.from,
            period.to,
        );
        self.write_measured(&mut sql);
        let names: Vec<String> = keys.iter().map(|(key, _)| key.clone()).collect();
        self.write_summary(&mut sql, &names);
        Ok(sql)
    }

    /// The reason that the first exclusion gives, or null.
    fn excluded_for(&self) -> String {
        if self.definition.exclusions.is_empty() {
            return "cast(null as varchar)".to_owned();
        }
        let mut case = "case".to_owned();
        for exclusion in &self.definition.exclusions {
            let reason = self.expr_sql(&exclusion.reason);
            let _ = write!(
                case,
                " when ({}) and {reason} is not null then {reason}",
                self.expr_sql(&exclusion.when)
            );
        }
        case + " end"
    }

    /// The seconds allowed: the least among packs of the first limit that holds in each.
    fn allowed_sql(&self) -> Result<String, SqlError> {
        let on_time = match &self.definition.measure {
            FigureMeasure::Waited { rule, .. } => {
                if rule.unit.counts_working_time() {
                    return Err(SqlError::WorkingTime);
                }
                rule.limit_is_on_time
            }
            FigureMeasure::Amount { .. }
            | FigureMeasure::Share { .. }
            | FigureMeasure::Count
            | FigureMeasure::Ratio { .. } => return Ok("cast(null as bigint)".to_owned()),
        };
        let of_pack = |pack: &Vec<LateAfter>| {
            let mut case = "case".to_owned();
            for limit in pack {
                let TimeLimit::Elapsed { seconds } = limit.limit else {
                    return Err(SqlError::WorkingTime);
                };
                let allowed = seconds - i64::from(!on_time);
                let _ = write!(case, " when {} then {allowed}", self.expr_sql(&limit.when));
            }
            Ok(case + " end")
        };
        let packs: Result<Vec<String>, SqlError> =
            self.limits.by_pack.iter().map(of_pack).collect();
        let packs = packs?;
        Ok(match packs.as_slice() {
            [] => "cast(null as bigint)".to_owned(),
            [only] => only.clone(),
            several => format!("least({})", several.join(", ")),
        })
    }

    fn write_measure_columns(&self, sql: &mut String) {
        match &self.definition.measure {
            FigureMeasure::Waited { start, stop, .. } => {
                let _ = writeln!(sql, "    {} as clock_start,", self.expr_sql(start));
                let _ = writeln!(sql, "    {} as clock_stop,", self.expr_sql(stop));
            }
            FigureMeasure::Amount { value, decimals } => {
                let scale = 10_i64.pow(u32::from(*decimals).min(18));
                let value = self.expr_sql(value);
                let _ =
                    writeln!(sql, "    cast(round_even({value} * {scale}, 0) as bigint) as bare,");
                sql.push_str("    1 as weight,\n");
            }
            FigureMeasure::Share { hit, of } => {
                let (hit, of) = (self.expr_sql(hit), self.expr_sql(of));
                let _ = writeln!(
                    sql,
                    "    case when {of} then case when {hit} then 1 else 0 end end as bare,"
                );
                sql.push_str("    1 as weight,\n");
            }
            FigureMeasure::Count => sql.push_str("    1 as bare,\n    1 as weight,\n"),
            FigureMeasure::Ratio { numerator, denominator } => {
                let (above, below) = (self.expr_sql(numerator), self.expr_sql(denominator));
                let _ = writeln!(
                    sql,
                    "    case when {above} >= 0 and {below} >= 0 then {above} end as bare,"
                );
                let _ = writeln!(sql, "    {below} as weight,");
            }
        }
    }

    /// The rows with what each adds, with its pauses subtracted and without.
    fn write_measured(&self, sql: &mut String) {
        let FigureMeasure::Waited { subtract, .. } = &self.definition.measure else {
            sql.push_str(", measured as (\n  select *, bare as value from in_scope\n)");
            return;
        };
        if subtract.is_empty() {
            sql.push_str(
                ", measured as (\n  select *, 1 as weight,\n    \
                 case when clock_stop >= clock_start then clock_stop - clock_start end \
                 as bare,\n    \
                 bare as value\n  from in_scope\n)",
            );
            return;
        }
        let kinds: Vec<String> = subtract.iter().map(|kind| quote_text(kind)).collect();
        let _ = write!(
            sql,
            ", paused as (
  -- The intervals to subtract, clipped to the clock and in order.
  select *, list_sort(list_filter(list_transform(
      list_filter({}, lambda i: i.kind in ({})),
      lambda i: {{'a': greatest(i.\"from\", clock_start),
                 'z': least(coalesce(i.\"to\", clock_stop), clock_stop)}}),
      lambda p: p.a < p.z)) as pauses
  from in_scope
), measured as (
  -- Of each, what no earlier one covers: overlapping time counts once.
  select *, 1 as weight,
    case when clock_stop >= clock_start then clock_stop - clock_start end as bare,
    bare - coalesce(list_sum(list_transform(pauses, lambda p, k: greatest(0,
      p.z - greatest(p.a, coalesce(
        list_max(list_transform(pauses[1:k - 1], lambda q: q.z)), p.a))))), 0) as value
  from paused
)",
            quote_name(INTERVALS),
            kinds.join(", ")
        );
    }

    fn write_summary(&self, sql: &mut String, keys: &[String]) {
        let counted = "filter (where excluded_for is null and value is not null)";
        sql.push_str("\nselect\n");
        for key in keys {
            let _ = writeln!(sql, "  {} as {},", quote_name(&format!("by_{key}")), quote_name(key));
        }
        let _ = writeln!(sql, "  coalesce(sum(weight) {counted}, 0) as n,");
        let _ = writeln!(sql, "  coalesce(sum(value) {counted}, 0) as sum,");
        if self.definition.measure.has_values() {
            let _ = writeln!(sql, "  max(value) {counted} as longest,");
        } else {
            sql.push_str("  null as longest,\n");
        }
        let _ = writeln!(
            sql,
            "  count(*) filter (where excluded_for is null and value > allowed) as late,"
        );
        for percent in PERCENTS {
            if self.definition.measure.has_values() {
                let _ =
                    writeln!(sql, "  quantile_disc(value, 0.{percent}) {counted} as p{percent},");
            } else {
                let _ = writeln!(sql, "  null as p{percent},");
            }
        }
        sql.push_str("  count(excluded_for) as excluded,\n");
        sql.push_str(
            "  count(*) filter (where excluded_for is null and value is null) as unmeasurable,\n",
        );
        sql.push_str("  coalesce(sum(value), 0) as sum_without_exclusions,\n");
        let _ =
            write!(sql, "  coalesce(sum(bare) {counted}, 0) as sum_without_pauses\nfrom measured");
        if !keys.is_empty() {
            let places: Vec<String> = (1..=keys.len()).map(|place| place.to_string()).collect();
            let places = places.join(", ");
            let _ = write!(sql, "\ngroup by {places}\norder by {places}");
        }
        sql.push('\n');
    }
}
