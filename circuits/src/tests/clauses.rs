//! For each clause a prover that breaks it, with everything else computed from the lie.
