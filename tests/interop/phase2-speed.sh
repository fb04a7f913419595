#!/usr/bin/env bash
# CPU time, wall time and peak memory of phase 2 beside snarkjs', on the same files in one run.
#
#   phase2-speed.sh POT_SETUP SYNTHETIC POWER
#
# POT_SETUP and SYNTHETIC are the program and the example of the crate pot-setup
# (`cargo build --release -p pot-setup --bin pot-setup --example synthetic`). Needs GNU time and `npm ci` in this folder.
# snarkjs takes minutes at 2^16 and most of an hour at 2^18.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
setup=$(realpath "${1:?the program pot-setup is missing}")
synthetic=$(realpath "${2:?the example synthetic is missing}")
power=${3:?the power is missing}
snarkjs=("node" "$here/node_modules/snarkjs/build/cli.cjs")
if [ ! -e "${snarkjs[1]}" ]; then
    echo "SKIPPED: snarkjs is not there; run 'npm ci' in $here" >&2
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$synthetic" "$power" .
inputs=(--r1cs circuit.r1cs --ptau powers.ptau --blake2b "$(b2sum powers.ptau | cut -d' ' -f1)")

measure() {
    local name=$1
    shift
    if ! /usr/bin/time -o time.txt -f '%U %S %e %M' "$@" > out.txt 2>&1; then cat out.txt; exit 1; fi
    read -r user system wall memory < <(tail -n 1 time.txt)
    awk -v n="$name" -v u="$user" -v s="$system" -v w="$wall" -v m="$memory" \
        'BEGIN { printf "| %s | %.2f | %.2f | %d |\n", n, u + s, w, m / 1024 }'
}

echo "| 2^$power | CPU s | wall s | peak MiB |"
echo "|---|---|---|---|"
measure "new, pot-setup" "$setup" phase2 new "${inputs[@]}" --out ours-0.zkey
measure "new, snarkjs" "${snarkjs[@]}" groth16 setup circuit.r1cs powers.ptau theirs-0.zkey
cmp ours-0.zkey theirs-0.zkey
measure "contribute, pot-setup" "$setup" phase2 contribute ours-0.zkey --out ours-1.zkey
measure "contribute, snarkjs" "${snarkjs[@]}" zkey contribute ours-0.zkey theirs-1.zkey -e=text
value=0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20
measure "beacon, pot-setup" "$setup" phase2 beacon ours-1.zkey --out ours-2.zkey --beacon $value --iterations 10
measure "beacon, snarkjs" "${snarkjs[@]}" zkey beacon ours-1.zkey theirs-2.zkey $value 10
measure "verify, pot-setup" "$setup" phase2 verify "${inputs[@]}" theirs-1.zkey
measure "verify, snarkjs" "${snarkjs[@]}" zkey verify circuit.r1cs powers.ptau ours-1.zkey
grep -q 'ZKey Ok!' out.txt
