#!/usr/bin/env bash
# An audit of a real llama.cpp server: it serves Gemma 3 270m (Q4_K_M), and we hold it against the same file.
#
#   inference/tests/peers/audit_llama_server.sh [MODEL.gguf]
#
# Installs what is needed (see llamacpp.sh), serves the model on a free port of this machine, measures the server's noise,
# audits it under `quick-delta-logprob`, prints both results, and ends the server. Not part of .ci/run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/llamacpp.sh"
model=${1:-$POT_PEERS/models/gemma3-270m-q4_k_m.gguf}
threads=${POT_SERVER_THREADS:-1} # one thread repeats itself exactly
count=${POT_CALIBRATION_PROMPTS:-100}

if [ -z "${POT_PROVE:-}" ]; then
    root=$(cd "$HERE/../../.." && pwd)
    cargo build -q --release --manifest-path "$root/Cargo.toml" --bin pot-prove
    POT_PROVE=${CARGO_TARGET_DIR:-$root/target}/release/pot-prove
fi

work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH=$POT_PEERS/bin "$POT_PEERS/bin/llama-server" -m "$model" --host 127.0.0.1 --port "$port" -ngl 0 \
    -t "$threads" -c 2048 -np 1 --alias m >"$work/server.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 240); do
    curl -sf "http://127.0.0.1:$port/health" >/dev/null && break
    kill -0 "$server" || { tail -5 "$work/server.log" >&2; exit 1; }
    sleep 0.5
done
served=llamacpp:http://127.0.0.1:$port#m

seconds() { date +%s; }
begin=$(seconds)
"$POT_PROVE" calibrate --reference "$model" --served "$served" --policy quick-delta-logprob --count "$count" \
    --out "$work/noise.json"
echo "calibration: $(($(seconds) - begin)) s" >&2
begin=$(seconds)
"$POT_PROVE" audit --reference "$model" --candidate "$served" --policy quick-delta-logprob \
    --calibration-bound "$work/noise.json" --out "$work/audit"
echo "audit, proof included: $(($(seconds) - begin)) s; peak memory of the server:" \
    "$(awk '/VmHWM/ {print $2 / 1024 " MiB"}' "/proc/$server/status")" >&2
