//! The hiding Poseidon commitment of the scores.
