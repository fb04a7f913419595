//! Arithmetic: sums, differences, products and small stories with numbers; every stated result is right.

use super::part::{Op, Part, template};

/// First names.
const NAMES: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas", "Karla", "Leo", "Mara", "Nils",
    "Olga", "Paul", "Rosa", "Simon", "Tilda", "Victor", "Wanda", "Yusuf", "Zoe", "Amir",
];
/// What is counted.
const THINGS: &[&str] = &[
    "apples", "books", "candles", "stamps", "marbles", "coins", "pencils", "buttons", "shells", "cards", "stones",
    "eggs", "tickets", "bottles", "boxes", "flowers", "nails", "plates", "ribbons", "seeds", "beads", "bricks",
    "chairs", "lemons",
];
/// How they become more.
const GETS: &[&str] =
    &["buys", "finds", "receives", "collects", "borrows", "wins", "picks up", "gets", "orders", "is given"];
/// How they become fewer.
const LOSES: &[&str] =
    &["sells", "loses", "gives away", "spends", "breaks", "returns", "throws out", "lends", "mislays", "trades"];
/// What things come in.
const PACKS: &[&str] = &[
    "bag", "basket", "crate", "row", "packet", "drawer", "tray", "bucket", "shelf", "tin", "chest", "carton", "sack",
    "pile",
];
/// Bare sums, differences and products.
const LINE: Part = Part::OneOf(&[
    template!["Add: " (Part::Number(0, 11, 999)) " + " (Part::Number(1, 11, 999)) " = " (Part::Result(Op::Plus, 0, 1, 2)) ". "],
    template!["Subtract: " (Part::Number(0, 500, 999)) " - " (Part::Number(1, 11, 499)) " = " (Part::Result(Op::Minus, 0, 1, 2)) ". "],
    template!["Multiply: " (Part::Number(0, 11, 999)) " * " (Part::Number(1, 3, 99)) " = " (Part::Result(Op::Times, 0, 1, 2)) ". "],
    template!["Double: " (Part::Number(0, 11, 999)) " + " (Part::Same(0)) " = " (Part::Result(Op::Plus, 0, 0, 2)) ". "],
    template![
        "Chain: " (Part::Number(0, 101, 999)) " + " (Part::Number(1, 11, 99)) " = " (Part::Result(Op::Plus, 0, 1, 2)) ", and "
        (Part::Same(2)) " - " (Part::Number(3, 11, 99)) " = " (Part::Result(Op::Minus, 2, 3, 4)) ". "
    ],
]);
/// A story with a result.
const STORY: Part = Part::OneOf(&[
    template![
        "Once " (Part::Keep(0, NAMES)) " has " (Part::Number(0, 12, 99)) " " (Part::Keep(1, THINGS)) " and " GETS " " (Part::Number(1, 2, 99))
        " more. Now " (Part::Again(0)) " has " (Part::Result(Op::Plus, 0, 1, 2)) " " (Part::Again(1)) ". "
    ],
    template![
        "Today " (Part::Keep(0, NAMES)) " has " (Part::Number(0, 50, 99)) " " (Part::Keep(1, THINGS)) " and " LOSES " " (Part::Number(1, 2, 49))
        " of them. There are " (Part::Result(Op::Minus, 0, 1, 2)) " " (Part::Again(1)) " left. "
    ],
    template![
        "Each " (Part::Keep(0, PACKS)) " holds " (Part::Number(0, 3, 20)) " " (Part::Keep(1, THINGS)) ". With " (Part::Number(1, 3, 20)) " of them, "
        NAMES " has " (Part::Result(Op::Times, 0, 1, 2)) " " (Part::Again(1)) ". "
    ],
    template![
        "Later " (Part::Keep(0, NAMES)) " and " (Part::Keep(2, NAMES)) " count their " (Part::Keep(1, THINGS)) ": " (Part::Number(0, 12, 99)) " and "
        (Part::Number(1, 12, 99)) ", which makes " (Part::Result(Op::Plus, 0, 1, 2)) ". "
    ],
]);

/// Stories and sums in turn, ending in a question with its answer.
pub(super) const PROMPT: &[Part] = template![(STORY)(LINE)(STORY)(LINE)(Part::OneOf(&[
    template![
        "Question: what is " (Part::Number(0, 12, 99)) " plus " (Part::Number(1, 12, 99)) "? Answer: " (Part::Result(Op::Plus, 0, 1, 2)) "."
    ],
    template![
        "Problem: what is " (Part::Number(0, 12, 99)) " times " (Part::Number(1, 3, 99)) "? Answer: " (Part::Result(Op::Times, 0, 1, 2)) "."
    ],
    template![
        "Exercise: what is " (Part::Number(0, 50, 99)) " minus " (Part::Number(1, 2, 49)) "? Answer: " (Part::Result(Op::Minus, 0, 1, 2)) "."
    ],
]))];
