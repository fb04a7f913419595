//! Generated text of the kinds that audit prompts have: facts, instructions, dialogue, code, arithmetic, and other
//! languages. Paragraphs of a few hundred bytes from seeded templates, so that no licence but the project's applies.

use crate::lexicon as words;
use crate::random::Random;

/// At least `bytes` bytes of paragraphs, always the same for a seed.
pub(crate) fn text(seed: u64, bytes: usize) -> String {
    let mut random = Random::new(seed);
    let mut out = String::new();
    while out.len() < bytes {
        out += &paragraph(&mut random);
        out += "\n\n";
    }
    out
}

fn paragraph(r: &mut Random) -> String {
    match r.below(12) {
        0 | 1 => sentences(r, words::FACTS, 2, 5),
        2 | 3 => instruction(r),
        4 | 5 => dialogue(r),
        6 | 7 => code(r),
        8 => arithmetic(r),
        9 => sentences(r, words::STORIES, 2, 5),
        _ => {
            let language = words::LANGUAGES[r.below(words::LANGUAGES.len())];
            sentences(r, language, 2, 4)
        }
    }
}

/// Between `least` and `most` of the templates, filled.
fn sentences(r: &mut Random, templates: &[&str], least: usize, most: usize) -> String {
    let count = least + r.below(most - least + 1);
    let all: Vec<String> = (0..count)
        .map(|_| {
            let t = r.pick(templates);
            fill(r, t)
        })
        .collect();
    all.join(" ")
}

/// Replaces each `{list}` by a word of the list; `{n}`, `{nn}` and `{year}` by numbers.
fn fill(r: &mut Random, template: &str) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (slot, tail) = after.split_once('}').unwrap_or((after, ""));
        out += before;
        out += &match slot {
            "n" => (2 + r.below(18)).to_string(),
            "nn" => (20 + r.below(980)).to_string(),
            "year" => (1500 + r.below(525)).to_string(),
            list => r.pick(words::list(list)).to_owned(),
        };
        rest = tail;
    }
    out + rest
}

fn instruction(r: &mut Random) -> String {
    let ask = r.pick(words::TASKS);
    let mut out = format!("Instruction: {}", fill(r, ask));
    if r.below(2) == 0 {
        let extra = r.pick(words::CONSTRAINTS);
        out += " ";
        out += &fill(r, extra);
    }
    out += if r.below(2) == 0 { "\nAnswer: " } else { "\nResponse: " };
    if r.below(3) == 0 {
        for step in 1..=3 + r.below(3) {
            let line = r.pick(words::STEPS);
            out += &["\n", &step.to_string(), ". ", &fill(r, line)].concat();
        }
        out
    } else {
        out + &sentences(r, words::FACTS, 1, 3)
    }
}

fn dialogue(r: &mut Random) -> String {
    let sides = match r.below(3) {
        0 => ["User", "Assistant"],
        1 => ["Q", "A"],
        _ => [r.pick(words::list("name")), r.pick(words::list("name"))],
    };
    let mut lines = Vec::new();
    for _ in 0..=r.below(3) {
        let (question, answer) = (r.pick(words::QUESTIONS), r.pick(words::REPLIES));
        lines.push(format!("{}: {}", sides[0], fill(r, question)));
        lines.push(format!("{}: {}", sides[1], fill(r, answer)));
    }
    lines.join("\n")
}

fn code(r: &mut Random) -> String {
    let (f, a, b) = (r.pick(words::list("function")), r.pick(words::list("variable")), r.pick(words::list("variable")));
    let (n, m) = (r.below(100), 1 + r.below(20));
    let (op, cmp) = (r.pick(&["+", "-", "*"]), r.pick(&["<", ">", "==", "!=", "<="]));
    match r.below(6) {
        0 => format!(
            "def {f}_{a}({a}, {b}={n}):\n    \"\"\"Return the {f} of {a} and {b}.\"\"\"\n    if {a} {cmp} {b}:\n        return {a} {op} {m}\n    return {b}"
        ),
        1 => format!(
            "fn {f}_{a}({a}: u32, {b}: u32) -> u32 {{\n    let mut total = {n};\n    for i in 0..{a} {{\n        total += i {op} {b};\n    }}\n    total\n}}"
        ),
        2 => format!(
            "function {f}({a}, {b}) {{\n  const result = [];\n  for (let i = 0; i < {a}.length; i++) {{\n    if ({a}[i] {cmp} {n}) {{\n      result.push({a}[i] {op} {b});\n    }}\n  }}\n  return result;\n}}"
        ),
        3 => format!(
            "{{\n  \"{a}\": {n},\n  \"{b}\": \"{}\",\n  \"items\": [{m}, {}, {}],\n  \"active\": {}\n}}",
            r.pick(words::list("city")),
            n + m,
            n * m,
            r.pick(&["true", "false"])
        ),
        4 => {
            format!("SELECT {a}, {b} FROM {f}s WHERE {a} {} {n} ORDER BY {b} DESC LIMIT {m};", r.pick(&["<", ">", "="]))
        }
        _ => format!(
            "class {}:\n    def __init__(self, {a}):\n        self.{a} = {a}\n\n    def {f}(self):\n        return [x {op} {m} for x in self.{a} if x {cmp} {n}]",
            r.pick(words::list("class"))
        ),
    }
}

fn arithmetic(r: &mut Random) -> String {
    let mut lines = Vec::new();
    for _ in 0..3 + r.below(6) {
        let (a, b) = (1 + r.below(99), 1 + r.below(99));
        lines.push(match r.below(5) {
            0 => format!("{a} + {b} = {}", a + b),
            1 => format!("{} - {b} = {a}", a + b),
            2 => format!("{a} * {} = {}", b % 10, a * (b % 10)),
            3 => {
                let (name, thing) = (r.pick(words::list("name")), r.pick(words::list("thing")));
                format!(
                    "{name} has {a} {thing} and buys {b} more. How many {thing} does {name} have? {name} has {} {thing}.",
                    a + b
                )
            }
            _ => format!("What is {a} plus {b}? The answer is {}.", a + b),
        });
    }
    lines.join("\n")
}
