"""The figures of crates/figures/examples/all_figures.rs in DuckDB and in Polars.

`python rivals.py duckdb|polars FOLDER FORMULATION [OUT.tsv]` prints one line of JSON with the seconds
taken, and writes one line per slice, in the columns that `all_figures --print` writes.
"""

import json
import sys
import time

FROM, TO = 1577808000, 1593532800  # 2020H1 in Asia/Shanghai, which has no summer time
SHIFT = 8 * 3600
MONTHS = ["2020-01", "2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]
STARTS = [1577808000, 1580486400, 1582992000, 1585670400, 1588262400, 1590940800]

# id, condition on kind and service, starts when paid, own exclusions, limit rural, limit urban (h)
WAITS = [
    ("fixed.install", ("fixed", ("install", "move")), True, False, False, 720, 600),
    ("fixed.repair", ("fixed", ("repair",)), False, True, True, 72, 48),
    ("mobile.change", ("mobile", ("change",)), True, False, False, 24, 24),
    ("mobile.restore", ("mobile", ("restore",)), True, False, False, 24, 24),
    ("mobile.repair", ("mobile", ("repair",)), False, False, True, 48, 48),
    ("broadband.install", ("broadband", ("install", "move")), True, False, False, 480, 384),
    ("broadband.repair", ("broadband", ("repair",)), False, True, True, 72, 48),
    ("leased.opening", ("leased", ("opening",)), True, False, False, None, None),
    ("leased.repair", ("leased", ("repair",)), False, True, True, None, None),
    ("complaint.handling", (None, ("complaint",)), False, False, False, 360, 360),
]
REPAIRS = [1, 4, 6, 8]
COMPLAINT = 9
AREAS = ["", "urban", "rural"]
KEYS = ["pref", "mon", "area"]
LEVELS = [[k for i, k in enumerate(KEYS) if chosen >> i & 1] for chosen in range(8)]


def line(name, key, n, total, late, excluded, without_exclusions, without_pauses, longest, percents):
    pref, mon, area = key
    pref = "*" if pref == "*" else f"{1400 + pref}00" if pref else ""
    mon = "*" if mon == "*" else MONTHS[mon - 1]
    area = "*" if area == "*" else AREAS[area]
    text = [name, pref, mon, area, n, total, late, excluded, without_exclusions, without_pauses]
    text += [longest, *percents]
    return "\t".join("" if value is None else str(value) for value in text)


def duckdb_rows(folder, formulation):
    import duckdb

    con = duckdb.connect()
    con.execute("set threads = 2")
    con.execute("set preserve_insertion_order = false")
    case = lambda place: "case " + " ".join(place) + " end"
    condition = lambda service, kinds: (
        (f"service = '{service}' and " if service else "")
        + "kind in (" + ", ".join(f"'{kind}'" for kind in kinds) + ")"
    )
    which = case([f"when {condition(*w[1])} then {i}" for i, w in enumerate(WAITS)])
    paid = ", ".join(str(i) for i, w in enumerate(WAITS) if w[2])
    own = ", ".join(str(i) for i, w in enumerate(WAITS) if w[3])
    terminal = ", ".join(str(i) for i, w in enumerate(WAITS) if w[4])
    allowed = case(
        [
            f"when def = {i} then case when area = 2 then {w[5] * 3600} else {w[6] * 3600} end"
            for i, w in enumerate(WAITS)
            if w[5] is not None
        ]
    )
    month = case([f"when resolved < {end} then {i}" for i, end in enumerate(STARTS) if i > 0])
    month = month.replace(" end", " else 6 end")
    con.execute(f"""
      create temp table m as
      with a as (
        select cast({which} as utinyint) as def, cast(coalesce(cast(left(region, 4) as smallint) - 1400, 0) as utinyint) as pref,
          cast({month} as utinyint) as mon,
          cast(case area when 'urban' then 1 when 'rural' then 2 else 0 end as utinyint) as area, maintainer, cause, accepted, paid, resolved,
          cancelled, excluded, satisfaction, reopened, intervals
        from read_parquet('{folder}/*.parquet')
        where resolved >= {FROM} and resolved < {TO}
      ), b as (
        select *, case when def in ({paid}) then greatest(accepted, paid) else accepted end as start,
          (cancelled <= resolved and cancelled is not null) or excluded is not null
            as excluded_by_all,
          (def in ({own}) and maintainer = 'customer' and maintainer is not null)
            or (def in ({terminal}) and cause = 'terminal' and cause is not null) as excluded_by_own
        from a where def is not null
      ), c as (
        select *, resolved - start as bare,
          case len(intervals)
          when 0 then 0
          when 1 then case when intervals[1].kind = 'paused' then greatest(0,
            least(coalesce(intervals[1]."to", resolved), resolved)
            - greatest(intervals[1]."from", start)) else 0 end
          else list_transform([list_sort(list_transform(
              list_filter(intervals, lambda i: i.kind = 'paused'),
              lambda i: {{'a': greatest(i."from", start),
                          'z': least(coalesce(i."to", resolved), resolved)}}))],
            -- Clipped and sorted; of each, what no earlier one covers.
            lambda ps: coalesce(list_sum(list_transform(ps, lambda p, k: greatest(0, p.z - greatest(
              p.a, coalesce(list_max(list_transform(ps[1:k - 1], lambda q: q.z)), p.a))))), 0))[1]
          end as paused
        from b
      )
      select def, pref, mon, area, excluded_by_all, not (excluded_by_all or excluded_by_own) as counted,
        cast(bare - paused as integer) as value, cast(bare as integer) as bare,
        cast({allowed} as integer) as allowed,
        satisfaction is not null as rated, satisfaction = 'satisfied' as satisfied,
        reopened > 0 as reopened
      from c where bare >= 0
    """)
    # What adds up is grouped once and rolled up from there; only percentiles are asked of the rows
    # again. Keys are small integers, so that the hash table may be a plain array.
    con.execute("set perfect_ht_threshold = 16")
    added = con.execute("""select def, pref, mon, area,
        count(*) filter (where counted), sum(value) filter (where counted),
        count(*) filter (where value > allowed and counted), count(*) filter (where not counted),
        sum(value), sum(bare) filter (where counted), max(value) filter (where counted)
        from m group by all""").fetchall()
    for def_, of, hit, where in (
        (10, "rated", "satisfied", f"def = {COMPLAINT}"),
        (11, "true", "reopened", f"def in ({', '.join(map(str, REPAIRS))})"),
    ):
        added += con.execute(f"""select {def_}, pref, mon, area,
            count(*) filter (where {of} and not excluded_by_all),
            count(*) filter (where {hit} and not excluded_by_all), 0,
            count(*) filter (where excluded_by_all), count(*) filter (where {hit}),
            count(*) filter (where {hit} and not excluded_by_all), null
            from m where {where} group by all""").fetchall()
    percents = {}
    if formulation == "cube":
        group = ", ".join("(" + ", ".join(["def", *level]) + ")" for level in LEVELS)
        found = con.execute(f"""select def, pref, mon, area, grouping(pref), grouping(mon), grouping(area),
            quantile_disc(value, [0.5, 0.8, 0.95, 0.99]) from m where counted
            group by grouping sets ({group})""").fetchall()
        for r in found:
            percents[(r[0], *("*" if g else k for k, g in zip(r[1:4], r[4:7])))] = r[7]
    else:
        for level in LEVELS:
            keys = ", ".join(["def", *level])
            found = con.execute(f"""select {keys}, quantile_disc(value, [0.5, 0.8, 0.95, 0.99])
                from m where counted group by {keys}""").fetchall()
            for r in found:
                key = dict(zip(level, r[1:-1]))
                percents[(r[0], *(key.get(k, "*") for k in KEYS))] = r[-1]
    return rolled_up(added, percents)


def rolled_up(added, percents):
    """The slices of every roll-up, from those of the finest: six sums and the longest."""
    slices = {}
    for d, pref, mon, area, *sums in added:
        for level in LEVELS:
            key = (d, *(k if name in level else "*" for name, k in zip(KEYS, (pref, mon, area))))
            sums = [value or 0 for value in sums[:6]] + [sums[6]]
            known = slices.get(key)
            if known is None:
                slices[key] = sums
                continue
            longest = [value for value in (known[6], sums[6]) if value is not None]
            slices[key] = [a + b for a, b in zip(known[:6], sums)] + [max(longest, default=None)]
    return [(*key, *sums, percents.get(key)) for key, sums in slices.items()]


def polars_rows(folder, formulation):
    import polars as pl

    engine = "streaming" if formulation == "streaming" else "in-memory"
    c = pl.col
    scan = pl.scan_parquet(f"{folder}/*.parquet")
    scan = scan.select(
        "kind", "service", "region", "area", "maintainer", "cause", "excluded", "satisfaction",
        "reopened", "intervals",
        *(c(name).dt.epoch("s") for name in ("accepted", "paid", "resolved", "cancelled")),
    ).filter((c("resolved") >= FROM) & (c("resolved") < TO))
    which = None
    for index, (_, (service, kinds), *_rest) in enumerate(WAITS):
        holds = c("kind").is_in(list(kinds))
        if service:
            holds = holds & (c("service") == service)
        chain = pl.when(holds) if which is None else which.when(holds)
        which = chain.then(pl.lit(index, pl.UInt8))
    allowed = None
    for index, wait in enumerate(WAITS):
        if wait[5] is None:
            continue
        rural = c("area") == 2
        limit = pl.when(rural).then(wait[5] * 3600).otherwise(wait[6] * 3600)
        chain = pl.when(c("def") == index) if allowed is None else allowed.when(c("def") == index)
        allowed = chain.then(limit)
    of = lambda place: [i for i, wait in enumerate(WAITS) if wait[place]]
    month = pl.sum_horizontal((c("resolved") >= start).cast(pl.UInt8) for start in STARTS)
    frame = scan.with_columns(which.otherwise(None).alias("def")).filter(c("def").is_not_null())
    frame = frame.with_columns(
        (c("region").cast(pl.String).str.head(4).cast(pl.Int16) - 1400).fill_null(0).cast(pl.UInt8).alias("pref"),
        month.cast(pl.UInt8).alias("mon"),
        pl.when(c("def").is_in(of(2))).then(pl.max_horizontal("accepted", "paid"))
        .otherwise(c("accepted")).alias("start"),
        pl.when(c("area") == "urban").then(1).when(c("area") == "rural").then(2).otherwise(0)
        .cast(pl.UInt8).alias("area"),
        ((c("cancelled") <= c("resolved")).fill_null(False) | c("excluded").is_not_null())
        .alias("by_all"),
        ((c("def").is_in(of(3)) & (c("maintainer") == "customer").fill_null(False))
        | (c("def").is_in(of(4)) & (c("cause") == "terminal").fill_null(False))).alias("by_own"),
        (c("intervals").list.len() > 0).alias("has"),
    )
    frame = frame.with_columns((c("resolved") - c("start")).alias("bare")).filter(c("bare") >= 0)
    frame = frame.select(
        "def", "pref", "mon", "area", "by_all", "start",
        (~(c("by_all") | c("by_own"))).alias("counted"), "resolved", "has",
        pl.when(c("has")).then(c("intervals")).alias("intervals"),
        c("bare").cast(pl.Int32), allowed.otherwise(None).cast(pl.Int32).alias("allowed"),
        c("satisfaction").is_not_null().alias("rated"),
        (c("satisfaction") == "satisfied").fill_null(False).alias("satisfied"),
        (c("reopened") > 0).alias("reopened"),
    ).with_row_index("row")
    frame = frame.collect(engine=engine)
    # Only the rows with intervals are exploded; overlapping time counts once.
    pauses = frame.lazy().filter("has").select("row", "start", "resolved", "intervals")
    pauses = pauses.explode("intervals").unnest("intervals").filter(c("kind") == "paused").select(
        "row",
        pl.max_horizontal(c("from").dt.epoch("s"), c("start")).alias("a"),
        pl.min_horizontal(c("to").dt.epoch("s").fill_null(c("resolved")), c("resolved")).alias("z"),
    )
    pauses = pauses.filter(c("a") < c("z")).sort("row", "a").with_columns(
        c("z").cum_max().shift(1).over("row").alias("seen")
    )
    pauses = pauses.select(
        "row",
        (c("z") - pl.max_horizontal(c("a"), c("seen").fill_null(c("a")))).clip(0).alias("taken"),
    )
    pauses = pauses.group_by("row").agg(c("taken").sum().cast(pl.Int32)).collect(engine=engine)
    frame = frame.drop("intervals", "start", "resolved", "has")
    frame = frame.join(pauses, on="row", how="left", maintain_order="none").select(
        "def", "pref", "mon", "area", "by_all", "counted", "bare", "allowed", "rated", "satisfied",
        "reopened", (c("bare") - c("taken").fill_null(0)).alias("value"),
    )
    # What adds up is grouped once and rolled up from there. Sorted once, every group of any roll-up
    # is in order, and a percentile is the value at its rank.
    counted, value, bare = c("counted"), c("value").cast(pl.Int64), c("bare").cast(pl.Int64)
    keys = ["def", *KEYS]
    waits = [
        counted.sum().alias("n"), value.filter(counted).sum().alias("sum"),
        (counted & (c("value") > c("allowed")).fill_null(False)).sum().alias("late"),
        (~counted).sum().alias("excluded"), value.sum().alias("all"),
        bare.filter(counted).sum().alias("bare"), c("value").filter(counted).max().alias("longest"),
    ]
    share = lambda of, hit: [
        (of & ~c("by_all")).sum().alias("n"), (hit & ~c("by_all")).sum().alias("sum"),
        pl.lit(0).alias("late"), c("by_all").sum().alias("excluded"), hit.sum().alias("all"),
        (hit & ~c("by_all")).sum().alias("bare"), pl.lit(None, pl.Int64).alias("longest"),
    ]
    lazy = frame.lazy()
    complaint = lazy.filter(c("def") == COMPLAINT).with_columns(pl.lit(10).alias("def"))
    repair = lazy.filter(c("def").is_in(REPAIRS)).with_columns(pl.lit(11).alias("def"))
    sums = [
        lazy.group_by(keys).agg(waits),
        complaint.group_by(keys).agg(share(c("rated"), c("satisfied"))),
        repair.group_by(keys).agg(share(pl.lit(True), c("reopened"))),
    ]
    added = [row for found in pl.collect_all(sums, engine=engine) for row in found.rows()]
    ordered = lazy.filter("counted").select(*keys, "value")
    if formulation == "memory":
        ordered = ordered.sort("value").collect(engine=engine).lazy()
        at = lambda q: c("value").get((pl.len() * q + 99) // 100 - 1)
    else:
        at = lambda q: c("value").quantile(q / 100, "equiprobable").cast(pl.Int64)
    ranks = [at(q).alias(f"p{q}") for q in (50, 80, 95, 99)]
    queries = [ordered.group_by("def", *level).agg(ranks) for level in LEVELS]
    percents = {}
    for level, found in zip(LEVELS, pl.collect_all(queries, engine=engine)):
        for r in found.rows(named=True):
            key = (r["def"], *(r[k] if k in level else "*" for k in KEYS))
            percents[key] = [r[f"p{q}"] for q in (50, 80, 95, 99)]
    return rolled_up(added, percents)


def main():
    which, folder, formulation = sys.argv[1:4]
    rows_of = {"duckdb": duckdb_rows, "polars": polars_rows}[which]
    __import__(which)
    started = time.perf_counter()
    rows = rows_of(folder, formulation)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": round(seconds, 4), "slices": len(rows)}))
    if len(sys.argv) > 4:
        names = [wait[0] for wait in WAITS] + ["complaint.satisfaction", "repair.reopened"]
        with open(sys.argv[4], "w") as out:
            for r in rows:
                zero = lambda value: 0 if value is None else value
                r = list(r)
                percents = r[11] if r[11] is not None else [None] * 4
                out.write(line(names[r[0]], r[1:4], zero(r[4]), zero(r[5]), zero(r[6]), zero(r[7]),
                               zero(r[8]), zero(r[9]), r[10], percents) + "\n")


main()
