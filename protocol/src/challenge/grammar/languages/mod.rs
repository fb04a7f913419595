//! Other languages: three sentences in one of eight languages, under a short English heading.

mod dutch;
mod french;
mod german;
mod italian;
mod portuguese;
mod russian;
mod spanish;
mod swedish;

use super::part::{Part, template};

/// How the text is announced.
const HEADINGS: &[&str] = &[
    "Read this text in",
    "A short story in",
    "Three sentences in",
    "From a letter in",
    "Please translate from",
    "An exercise in",
    "Heard on the train, in",
    "Notes for a lesson in",
];

/// One language, three sentences.
pub(super) const PROMPT: &[Part] = template![
    HEADINGS " " (Part::OneOf(&[
        template!["German:\n" (Part::All(german::SENTENCE)) " " (Part::All(german::SENTENCE)) " " (Part::All(german::SENTENCE))],
        template!["French:\n" (Part::All(french::SENTENCE)) " " (Part::All(french::SENTENCE)) " " (Part::All(french::SENTENCE))],
        template!["Spanish:\n" (Part::All(spanish::SENTENCE)) " " (Part::All(spanish::SENTENCE)) " " (Part::All(spanish::SENTENCE))],
        template!["Italian:\n" (Part::All(italian::SENTENCE)) " " (Part::All(italian::SENTENCE)) " " (Part::All(italian::SENTENCE))],
        template!["Portuguese:\n" (Part::All(portuguese::SENTENCE)) " " (Part::All(portuguese::SENTENCE)) " " (Part::All(portuguese::SENTENCE))],
        template!["Dutch:\n" (Part::All(dutch::SENTENCE)) " " (Part::All(dutch::SENTENCE)) " " (Part::All(dutch::SENTENCE))],
        template!["Swedish:\n" (Part::All(swedish::SENTENCE)) " " (Part::All(swedish::SENTENCE)) " " (Part::All(swedish::SENTENCE))],
        template!["Russian:\n" (Part::All(russian::SENTENCE)) " " (Part::All(russian::SENTENCE)) " " (Part::All(russian::SENTENCE))],
    ]))
];
