//! Poseidon over BN254's scalar field with circomlib's parameters.
