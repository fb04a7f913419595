//! When the rule looks.

/// Every look. The protocol fixes 10 to 25, the steps after that to about 8 %, and some members; the rest is this table,
/// which `docs/statistics.md` publishes.
pub const LOOKS: [usize; 59] = [
    10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 30, 33, 36, 39, 42, 46, 50, 55, 60, 65, 71, 77,
    85, 92, 101, 110, 120, 128, 140, 153, 167, 183, 200, 219, 240, 261, 285, 310, 337, 367, 400, 436, 476, 519, 566,
    617, 673, 734, 800, 869, 943, 1024,
];
