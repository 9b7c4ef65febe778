#!/bin/sh
# Import side by side: Trueline on a GB18030 export, DuckDB and Polars on its twin in UTF-8, in turns.
#
# benches/import/run.sh [ROWS] [ROUNDS]   (default 2 000 000 and 5)
set -eu
cd "$(dirname "$0")/../.."
rows="${1:-2000000}"
rounds="${2:-5}"
work="${TRUELINE_BENCH_DIR:-target/bench-import}"
mkdir -p "$work"
cargo build --profile dist -p trueline-lake --example orders
orders=target/dist/examples/orders
[ -x "$work/python/bin/python" ] || python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet duckdb polars
[ -f "$work/orders-$rows.csv" ] || "$orders" make "$work/orders-$rows.csv" "$rows"
"$work/python/bin/python" benches/import/compare.py \
    "$orders" "$work/orders-$rows.csv" benches/import/orders.toml "$work" "$rounds"
