#!/bin/sh
# Runs one fuzzer. Stable Rust and a C++ compiler suffice: `rustc.sh` gives rustc the flags that cargo-fuzz does.
#
#   fuzz/run.sh TARGET [SECONDS | RUNSx] [libFuzzer's own options]
#
# `fuzz/run.sh bundle 60` fuzzes for a minute, `fuzz/run.sh bundle 10000000x` for ten million executions. WORKERS=2 runs two
# processes, each for that long, that share what they find. New inputs go to fuzz/found/TARGET, which git ignores; inputs that
# crash, hang or take too much memory to fuzz/artifacts/TARGET.
set -eu
cd "$(dirname "$0")"
target=${1:?"usage: fuzz/run.sh TARGET [SECONDS | RUNSx] [options], with a target of fuzz_targets/"}
length=${2:-60}
[ $# -lt 2 ] || shift
shift
case $length in
*x) length="-runs=${length%x}" ;;
*) length="-max_total_time=$length" ;;
esac

host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing" RUSTC_WRAPPER="$PWD/rustc.sh"
cargo build --quiet --release --target "$host" --bin "$target"

mkdir -p "found/$target" "artifacts/$target"
# One thread pool for each process would only get into the other's way. The allocator of the targets bounds memory by the
# input; libFuzzer's limits are the net below.
export RAYON_NUM_THREADS=1
workers=
[ "${WORKERS:-1}" = 1 ] || workers="-fork=$WORKERS"
exec "target/$host/release/$target" $workers "$length" -timeout=5 -rss_limit_mb=2048 -malloc_limit_mb=256 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="artifacts/$target/" "$@" "found/$target" "corpus/$target"
