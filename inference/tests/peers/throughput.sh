#!/usr/bin/env bash
# Scoring here against llama.cpp's evaluation of the same tokens of the same files, in turns: see examples/throughput.
#
#   inference/tests/peers/throughput.sh [ROUNDS]
#
# THREADS (default 1) is the number of threads of both engines. Under other load one thread and CPU seconds say most:
# threads of llama.cpp spin while they wait for each other.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/llamacpp.sh"
root=$(cd "$HERE/../../.." && pwd)
if [ ! -e "$POT_PEERS/models/gemma3-270m-F16.gguf" ]; then
    "$POT_PEERS/venv/bin/python" "$HERE/requantise.py" "$POT_PEERS/models/gemma3-270m-q4_k_m.gguf" \
        "$POT_PEERS/models/gemma3-270m-F16.gguf" F16
fi
cargo build -q --release --manifest-path "$root/Cargo.toml" -p pot-inference --example throughput
program=${CARGO_TARGET_DIR:-$root/target}/release/examples/throughput
export RAYON_NUM_THREADS=${THREADS:-1} LD_LIBRARY_PATH=$POT_PEERS/bin

compare() {
    for stack in 1 4; do
        echo "== $1 ${*:2}, llama.cpp with $stack prompts a call"
        "$program" "$POT_PEERS/models/$1" --peer "$POT_PEERS/bin/llama_scores" --stack $stack --rounds "$rounds" "${@:2}"
    done
}
rounds=${1:-5}
compare gemma3-270m-F16.gguf
compare gemma3-270m-q4_k_m.gguf
compare gemma3-270m-q4_k_m.gguf --kernel quantized
compare smollm2.gguf
compare smollm2.gguf --kernel quantized
