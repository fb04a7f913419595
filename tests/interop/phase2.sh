#!/usr/bin/env bash
# A phase-2 ceremony in which snarkjs and pot-setup take turns, verified by both; then both keys that nobody has
# contributed to, byte for byte; then files that either has to refuse.
#
#   phase2.sh POT_SETUP [FOLDER]
#
# FOLDER holds circuit.r1cs and powers.ptau (prepared); without it the small ones of setup/tests/fixtures are taken.
# Needs `npm ci` in this folder; without it nothing is tested and the exit code is 77.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
setup=$(realpath "${1:?the program pot-setup is missing}")
folder=${2:-}
if [ ! -e "$here/node_modules/snarkjs/build/cli.cjs" ]; then
    echo "SKIPPED: snarkjs is not there; run 'npm ci' in $here" >&2
    exit 77
fi
snarkjs() { node "$here/node_modules/snarkjs/build/cli.cjs" "$@"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "$folder" ]; then
    r1cs=$(realpath "$folder/circuit.r1cs") ptau=$(realpath "$folder/powers.ptau")
else
    r1cs=$here/../../setup/tests/fixtures/phase2/tiny.r1cs ptau=$here/../../setup/tests/fixtures/phase2/tiny.ptau
fi
inputs=(--r1cs "$r1cs" --ptau "$ptau" --blake2b "$(b2sum "$ptau" | cut -d' ' -f1)")
cd "$work"

step() { printf '%-58s' "$1"; }
ok() { echo ok; }
both_verify() {
    step "$1: pot-setup verifies"
    "$setup" phase2 verify "${inputs[@]}" "$2" > ours.txt 2> ours.err || { cat ours.err; exit 1; }
    ok
    step "$1: snarkjs verifies"
    snarkjs zkey verify "$r1cs" "$ptau" "$2" > theirs.txt 2>&1 || { cat theirs.txt; exit 1; }
    grep -q 'ZKey Ok!' theirs.txt
    ok
}

step "the initial keys are equal"
"$setup" phase2 new "${inputs[@]}" --out ours-0.zkey > /dev/null 2>&1
snarkjs groth16 setup "$r1cs" "$ptau" theirs-0.zkey > /dev/null
cmp ours-0.zkey theirs-0.zkey
ok

# Theirs in the middle of ours.
"$setup" phase2 contribute ours-0.zkey --out a1.zkey --name 'pot-setup 1' --entropy-text 'some text' > a1.hash 2> /dev/null
snarkjs zkey contribute a1.zkey a2.zkey --name='snarkjs 1' -e='other text' > /dev/null
"$setup" phase2 contribute a2.zkey --out a3.zkey --dice 1234561234561234561234561234561234561234561234561234561 > /dev/null 2>&1
"$setup" phase2 beacon a3.zkey --out a4.zkey --beacon 0102030405060708090a0b0c0d0e0f10 --iterations 10 --name 'a beacon' \
    > a4.hash 2> /dev/null
both_verify "ours, theirs, ours, our beacon" a4.zkey
step "both print the same hashes"
for hash in a1.hash a4.hash; do
    while read -r line; do grep -qF "$line" ours.txt && grep -qF "$line" theirs.txt; done < "$hash"
done
ok

# Ours in the middle of theirs.
snarkjs zkey contribute theirs-0.zkey b1.zkey --name='snarkjs 1' -e='text' > /dev/null
"$setup" phase2 contribute b1.zkey --out b2.zkey --name 'pot-setup' > /dev/null 2>&1
snarkjs zkey contribute b2.zkey b3.zkey --name='snarkjs 2' -e='text' > /dev/null
snarkjs zkey beacon b3.zkey b4.zkey 0102030405060708090a0b0c0d0e0f10 10 --name='a beacon' > /dev/null
both_verify "theirs, ours, theirs, their beacon" b4.zkey

step "both beacons on the same key are the same key"
snarkjs zkey beacon a3.zkey c4.zkey 0102030405060708090a0b0c0d0e0f10 10 --name='a beacon' > /dev/null
cmp a4.zkey c4.zkey
ok

step "snarkjs' and our verification_key.json agree"
"$setup" phase2 finalize "${inputs[@]}" b4.zkey --out final > /dev/null 2>&1
snarkjs zkey export verificationkey b4.zkey theirs.json > /dev/null
cmp final/verification_key.json theirs.json
ok

refused() {
    step "$1 is refused"
    if "$setup" phase2 verify "${inputs[@]}" "$2" > /dev/null 2> refused.txt; then exit 1; fi
    ok
    tail -n 1 refused.txt | sed 's/^/    /'
}
refused "a key that nobody has contributed to" ours-0.zkey
head -c -1 a4.zkey > cut.zkey
refused "a key that was cut" cut.zkey
node -e 'const fs = require("fs"); const b = fs.readFileSync("a4.zkey"); b[b.length - 200] ^= 1;
    fs.writeFileSync("changed.zkey", b);'
refused "a key with one bit changed" changed.zkey
echo "phase 2: both programs agree"
