"""Runs the importers in turns and prints the median of each.

Each writes Parquet and makes it durable. Trueline reads GB18030 and does everything that an import
does: checks, value maps, quarantine, order by key, comparison, digests. The others read the twin in
UTF-8 and copy it; DuckDB refuses GB18030, and Polars would have to decode it as a whole.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

DUCKDB = """
import duckdb, os, sys
out = sys.argv[2]
duckdb.sql(f"copy (from read_csv('{sys.argv[1]}')) to '{out}' (format parquet, compression lz4_raw)")
fd = os.open(out, os.O_RDONLY); os.fsync(fd)
"""
DUCKDB_READ = """
import duckdb, sys
duckdb.sql(f"create table t as from read_csv('{sys.argv[1]}')")
"""
POLARS = """
import os, polars, sys
out = sys.argv[2]
polars.read_csv(sys.argv[1], try_parse_dates=True).write_parquet(out, compression="lz4")
fd = os.open(out, os.O_RDONLY); os.fsync(fd)
"""


def timed(command):
    """Seconds and the most memory in MiB."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return seconds, used.ru_maxrss / 1024


def main():
    orders, source, mapping, work, rounds = sys.argv[1:]
    twin = f"{source}.utf8.csv"
    out = f"{work}/out.parquet"
    lake = f"{work}/lake"
    contenders = {
        "Trueline, GB18030": [orders, "import", source, mapping, lake],
        "Trueline, UTF-8": [orders, "import", twin, mapping, lake],
        "DuckDB, UTF-8, into memory": [sys.executable, "-c", DUCKDB_READ, twin],
        "DuckDB, UTF-8, to Parquet": [sys.executable, "-c", DUCKDB, twin, out],
        "Polars, UTF-8, to Parquet": [sys.executable, "-c", POLARS, twin, out],
    }
    with open(twin, "rb") as file:
        rows = sum(1 for _ in file) - 1
    found = {name: [] for name in contenders}
    for _ in range(int(rounds)):
        for name, command in contenders.items():
            shutil.rmtree(lake, ignore_errors=True)
            found[name].append(timed(command))
    print(f"| {rows} rows | seconds (median) | rows/s | MiB |\n|---|---|---|---|")
    for name, runs in found.items():
        seconds = statistics.median(run[0] for run in runs)
        memory = max(run[1] for run in runs)
        print(f"| {name} | {seconds:.2f} | {rows / seconds:,.0f} | {memory:.0f} |")


main()
