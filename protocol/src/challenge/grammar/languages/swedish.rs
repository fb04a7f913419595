//! Words and sentence of the Swedish texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "På morgonen",
    "På kvällen",
    "På vintern",
    "På sommaren",
    "Varje söndag",
    "Efter arbetet",
    "Före frukosten",
    "Mitt i natten",
    "I dag",
    "Ibland",
    "Ofta",
    "Under veckan",
];
/// What is done.
const VERBS: &[&str] =
    &["söker", "visar", "beskriver", "hämtar", "hittar", "säljer", "putsar", "bär", "ritar", "gömmer"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "läraren",
    "grannen",
    "min syster",
    "den gamla bagaren",
    "en ung trädgårdsmästare",
    "läkaren",
    "vår farfar",
    "den lilla flickan",
    "den trötta kaptenen",
    "en vänlig kock",
    "min farbror",
    "eleven",
];
/// To what.
const OBJECTS: &[&str] = &[
    "ett grönt paraply",
    "den vackra klockan",
    "den gamla boken",
    "en röd cykel",
    "färska äpplen",
    "två stora korgar",
    "den sista lyktan",
    "varma bullar",
    "en söt kaka",
    "den blå halsduken",
    "många brev",
    "den tunga nyckeln",
];
/// Where.
const PLACES: &[&str] = &[
    "på torget",
    "vid stationen",
    "i köket",
    "bakom huset",
    "nära bron",
    "framför skolan",
    "under taket",
    "i trädgården",
    "längs ån",
    "på biblioteket",
    "hos grannarna",
    "vid vägen",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "eftersom det regnar",
    "fast det är sent",
    "innan tåget kommer",
    "när solen skiner",
    "så att alla skrattar",
    "medan barnen leker",
    "tills det blir mörkt",
    "utan att säga ett ord",
    "och sedan blir det te",
    "men ingen märker det",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " VERBS " " SUBJECTS " " OBJECTS " " PLACES ", " CLAUSES "."];
