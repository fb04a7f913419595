#!/bin/sh
# Cargo's RUSTC_WRAPPER for fuzzers: instruments what is built for the target, all but arithmetic, signatures, hashes and
# automata. Their branches say nothing about how an input is read, and following each one costs more than all the rest.
case " $* " in
*" --crate-name ark_ff "* | *" --crate-name ark_ec "* | *" --crate-name ark_bn254 "* | *" --crate-name ark_poly "*) ;;
*" --crate-name num_bigint "* | *" --crate-name sha2 "* | *" --crate-name gemm"* | *" --crate-name half "*) ;;
*" --crate-name regex_automata "* | *" --crate-name regex_syntax "* | *" --crate-name aho_corasick "*) ;;
*" --crate-name curve25519_dalek "* | *" --crate-name p256 "* | *" --crate-name p384 "* | *" --crate-name rsa "*) ;;
*" --target "*)
    coverage=-sanitizer-coverage
    exec "$@" -Cpasses=sancov-module "-Cllvm-args=$coverage-level=4" "-Cllvm-args=$coverage-inline-8bit-counters" \
        "-Cllvm-args=$coverage-pc-table" "-Cllvm-args=$coverage-trace-compares"
    ;;
esac
exec "$@"
