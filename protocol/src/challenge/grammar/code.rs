//! Code: small functions, loops and queries in a few languages.

use super::part::{Op, Part, template};

/// First half of a function's name.
const VERBS: &[&str] = &[
    "count", "find", "load", "save", "sort", "merge", "split", "check", "print", "parse", "read", "write", "update",
    "remove", "select", "compare", "convert", "filter", "format", "reverse",
];
/// Second half of a function's name.
const NOUNS: &[&str] = &[
    "items", "words", "lines", "users", "orders", "prices", "scores", "points", "files", "pages", "names", "tokens",
    "values", "rows", "keys", "colors", "events", "results", "numbers", "letters",
];
/// Names of parameters.
const ARGS: &[&str] = &[
    "data", "text", "table", "source", "queue", "batch", "records", "entries", "buffer", "stream", "array", "parts",
    "sample", "inputs", "block", "cells",
];
/// Names of local variables.
const LOCALS: &[&str] = &[
    "total", "result", "count", "best", "limit", "index", "found", "output", "score", "width", "height", "offset",
    "step", "level", "answer", "current",
];
/// Names of loop variables.
const EACH: &[&str] = &["item", "word", "line", "entry", "row", "part", "value", "key", "cell", "node"];
/// Fields of a record.
const FIELDS: &[&str] = &[
    "name", "price", "age", "size", "weight", "color", "date", "title", "length", "rank", "city", "year", "status",
    "owner", "amount", "depth",
];
/// What a comment says.
const COMMENTS: &[&str] = &[
    "skip empty input",
    "keep the largest one",
    "this is faster than sorting",
    "the order does not matter",
    "never returns a negative number",
    "counts from zero",
    "stop at the first match",
    "see the test below",
    "the list may be empty",
    "ignore the header",
    "works for short lists too",
    "remember the last one",
    "handle the special case",
    "add them up one by one",
    "return early when done",
    "nothing to do here",
];
/// Comparisons.
const COMPARE: &[&str] = &["==", "!=", "<=", ">="];
/// Functions of one argument.
const PY_CALLS: &[&str] = &["len", "str", "int", "abs", "sum", "max", "min", "sorted", "list", "set"];
/// A Python function with a loop.
const PYTHON: &[Part] = template![
    "def " VERBS "_" NOUNS "(" (Part::Keep(0, ARGS)) ", limit=" (Part::Number(0, 2, 999)) "):\n    # " COMMENTS "\n    "
    (Part::Keep(1, LOCALS)) " = " (Part::Number(1, 0, 999)) "\n    for " (Part::Keep(2, EACH)) " in " (Part::Again(0)) ":\n        if "
    PY_CALLS "(" (Part::Again(2)) "." FIELDS ") " COMPARE " " (Part::Number(2, 1, 999)) ":\n            " (Part::Again(1)) " += "
    (Part::Again(2)) "." FIELDS " * " (Part::Number(3, 2, 99)) "\n    return " PY_CALLS "(" (Part::Again(1)) ") - " (Part::Number(4, 1, 99)) "\n"
];
/// A Rust function over a slice.
const RUST: &[Part] = template![
    "/// " COMMENTS "\nfn " VERBS "_" NOUNS "(" (Part::Keep(0, ARGS)) ": &[u64]) -> u64 {\n    let mut " (Part::Keep(1, LOCALS)) " = "
    (Part::Number(0, 0, 999)) ";\n    for " (Part::Keep(2, EACH)) " in " (Part::Again(0)) " {\n        // " COMMENTS "\n        if "
    (Part::Again(2)) " % " (Part::Number(1, 2, 99)) " " COMPARE " " (Part::Number(2, 1, 99)) " {\n            " (Part::Again(1)) " += "
    (Part::Again(2)) " + " (Part::Number(3, 1, 999)) ";\n        }\n    }\n    " (Part::Again(1)) "\n}\n"
    "let " LOCALS " = " VERBS "_" NOUNS "(&" ARGS ");\n"
];
/// A JavaScript function with a callback.
const SCRIPT: &[Part] = template![
    "function " VERBS "_" NOUNS "(" (Part::Keep(0, ARGS)) ") {\n  // " COMMENTS "\n  const " (Part::Keep(1, LOCALS)) " = " (Part::Again(0))
    ".filter((" (Part::Keep(2, EACH)) ") => " (Part::Again(2)) "." FIELDS " " COMPARE " " (Part::Number(0, 1, 999)) ");\n  if ("
    (Part::Again(1)) ".length > " (Part::Number(1, 1, 99)) ") {\n    console.log(\"" COMMENTS "\", " (Part::Again(1)) ");\n  }\n  return "
    (Part::Again(1)) ".map((x) => x." FIELDS " * " (Part::Number(2, 2, 99)) ");\n}\n"
    "const " LOCALS " = " VERBS "_" NOUNS "(" ARGS ");\n"
];
/// A query over two tables.
const QUERY: &[Part] = template![
    "-- " COMMENTS "\nSELECT a." FIELDS ", b." FIELDS ", COUNT(*) AS " LOCALS "\nFROM " NOUNS " AS a\nJOIN " NOUNS " AS b ON a." FIELDS
    " = b." FIELDS "\nWHERE a." FIELDS " " COMPARE " " (Part::Number(0, 1, 9999)) " AND b." FIELDS " " COMPARE " " (Part::Number(1, 1, 9999))
    "\nGROUP BY a." FIELDS ", b." FIELDS "\nORDER BY " LOCALS " DESC LIMIT " (Part::Number(2, 1, 500)) ";\n"
];
/// An interpreter session whose answers are right.
const SESSION: &[Part] = template![
    ">>> " (Part::Keep(0, LOCALS)) " = " (Part::Number(0, 2, 999)) "\n>>> " (Part::Keep(1, ARGS)) " = " (Part::Number(1, 2, 999)) "\n>>> "
    (Part::Again(0)) " + " (Part::Again(1)) "\n" (Part::Result(Op::Plus, 0, 1, 2)) "\n>>> " (Part::Again(0)) " * " (Part::Again(1)) "\n"
    (Part::Result(Op::Times, 0, 1, 3)) "\n>>> # " COMMENTS "\n>>> " FIELDS " = \"" NOUNS "\"\n>>> series = [" (Part::Keep(2, EACH)) " + " (Part::Number(4, 1, 99))
    " for " (Part::Again(2)) " in range(" (Part::Number(5, 3, 99)) ")]  # " COMMENTS "\n>>> print(\"" (Part::Keep(3, VERBS)) " the " (Part::Keep(4, NOUNS)) "\", " (Part::Again(0)) ")\n"
    (Part::Again(3)) " the " (Part::Again(4)) " " (Part::Same(0)) "\n>>> "
    VERBS "_" NOUNS "(" ARGS ")\n"
];

/// One of the languages.
pub(super) const PROMPT: &[Part] = template![(Part::OneOf(&[PYTHON, RUST, SCRIPT, QUERY, SESSION]))];
