#!/bin/sh
# A sealed report against its records: how long it takes, and how much memory.
# Usage: benches/verify/run.sh NEW-FOLDER [CASES]
set -eu
folder=$1
cases=${2:-2000000}
cargo build --profile dist
trueline=$PWD/target/dist/trueline
mkdir "$folder"
cd "$folder"
"$trueline" simulate --out before --period 2019H2 --cases 10000 --seed 3
"$trueline" simulate --out now --period 2020H1 --cases "$((cases - 10000))" --seed 4
"$trueline" init instance
"$trueline" --dir instance import --from before
"$trueline" --dir instance import --from now
for step in "--dir instance report --period 2020H1 --out r.json" "verify r.json --data instance"; do
    # shellcheck disable=SC2086
    /usr/bin/time -f "$step: %e s, %U + %S CPU seconds, %M KiB" "$trueline" $step >/dev/null
done
