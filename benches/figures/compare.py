"""Runs the same figures in this engine, DuckDB and Polars on the same Parquet, alternating.

`python3 benches/figures/compare.py [--work FOLDER] [--rows 1000000,5000000,20000000] [--rounds 3]`

Makes a virtual environment with duckdb and polars from PyPI, builds the two example programs, makes
the data, checks that all answers are equal, and only then times. Prints a table for
`docs/benchmarks.md`. Every run is a process of its own, so that peak memory is its own too; the files
are in the page cache. Python's start is not counted for the rivals, reading the files is for all.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
RIVALS = [
    ("duckdb", "cube"),
    ("duckdb", "separate"),
    ("polars", "streaming"),
    ("polars", "memory"),
]


def measured(command):
    """The JSON that a command prints, with its peak memory in MiB."""
    pid_out, pid_in = os.pipe()
    child = subprocess.Popen(command, stdout=pid_in, close_fds=True)
    os.close(pid_in)
    with os.fdopen(pid_out) as out:
        text = out.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed")
    found = json.loads(text.strip().splitlines()[-1])
    found["mib"] = usage.ru_maxrss / 1024
    found["cpu"] = usage.ru_utime + usage.ru_stime
    return found


def slices(path):
    """Every slice in which anything was counted or excluded."""
    lines = path.read_text().splitlines()
    return sorted(text for text in lines if text.split("\t")[4] != "0" or text.split("\t")[7] != "0")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--work", default=str(ROOT / "target" / "bench-figures"))
    arguments.add_argument("--rows", default="1000000,5000000,20000000")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments = arguments.parse_args()
    work = pathlib.Path(arguments.work)
    work.mkdir(parents=True, exist_ok=True)

    python = work / "venv" / "bin" / "python"
    if not python.exists():
        venv.create(work / "venv", with_pip=True)
    subprocess.run([python, "-m", "pip", "-q", "install", "duckdb", "polars"], check=True)
    versions = "import duckdb, polars; print('DuckDB', duckdb.__version__, 'Polars', polars.__version__)"
    print(subprocess.run([python, "-c", versions], capture_output=True, text=True).stdout.strip())
    build = ["cargo", "build", "-q", "--profile", "dist", "-p", "trueline-figures", "--examples"]
    subprocess.run(build, cwd=ROOT, check=True)
    examples = ROOT / "target" / "dist" / "examples"
    rivals = pathlib.Path(__file__).with_name("rivals.py")

    print("| cases | engine | seconds | µs per case | CPU seconds | peak MiB |")
    print("|---|---|---|---|---|---|")
    for rows in map(int, arguments.rows.split(",")):
        folder = work / str(rows)
        if not folder.exists():
            subprocess.run([examples / "make_cases", folder, str(rows)], check=True)
        ours = [examples / "all_figures", folder]
        runs = {("trueline", ""): ours}
        for rival in RIVALS:
            runs[rival] = [python, rivals, rival[0], folder, rival[1]]
        answers = {}
        for name, command in runs.items():
            path = work / f"{name[0]}-{name[1]}.tsv"
            measured([*command, "--print", path] if name[0] == "trueline" else [*command, path])
            answers[name] = slices(path)
        for name, answer in answers.items():
            if answer != answers["trueline", ""]:
                sys.exit(f"{name} answers differently at {rows} cases")
        print(f"<!-- {rows} cases: {len(answer)} slices, all answers equal -->", flush=True)
        taken = {name: [] for name in runs}
        for _ in range(arguments.rounds):
            for name, command in runs.items():
                taken[name].append(measured(command))
        for name, found in taken.items():
            best = min(found, key=lambda run: run["seconds"])
            print(
                f"| {rows:,} | {' '.join(name).strip()} | {best['seconds']:.2f} "
                f"| {best['seconds'] / rows * 1e6:.3f} | {best['cpu']:.2f} | {best['mib']:.0f} |",
                flush=True,
            )


main()
