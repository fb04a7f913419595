//! Words and sentence of the German texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "Am Morgen",
    "Am Abend",
    "Im Winter",
    "Im Sommer",
    "Jeden Sonntag",
    "Nach der Arbeit",
    "Vor dem Frühstück",
    "In der Nacht",
    "Heute",
    "Manchmal",
    "Oft",
    "Seit einer Woche",
];
/// What is done.
const VERBS: &[&str] =
    &["sucht", "zeigt", "beschreibt", "holt", "findet", "verkauft", "putzt", "trägt", "zeichnet", "verschenkt"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "der Lehrer",
    "die Nachbarin",
    "meine Schwester",
    "der alte Bäcker",
    "ein junger Gärtner",
    "die Ärztin",
    "unser Großvater",
    "das kleine Mädchen",
    "der müde Kapitän",
    "eine freundliche Köchin",
    "mein Onkel",
    "die Schülerin",
];
/// To what.
const OBJECTS: &[&str] = &[
    "einen grünen Schirm",
    "die schöne Uhr",
    "das alte Buch",
    "ein rotes Fahrrad",
    "frische Äpfel",
    "zwei große Körbe",
    "die letzte Laterne",
    "warme Brötchen",
    "einen süßen Kuchen",
    "das blaue Tuch",
    "viele Briefe",
    "den schweren Schlüssel",
];
/// Where.
const PLACES: &[&str] = &[
    "auf dem Markt",
    "am Bahnhof",
    "in der Küche",
    "hinter dem Haus",
    "neben der Brücke",
    "vor der Schule",
    "unter dem Dach",
    "im Garten",
    "am Fluss",
    "in der Bücherei",
    "bei den Nachbarn",
    "an der Straße",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "weil es regnet",
    "obwohl es spät ist",
    "bevor der Zug kommt",
    "wenn die Sonne scheint",
    "damit alle lachen",
    "während die Kinder spielen",
    "bis es dunkel wird",
    "ohne ein Wort zu sagen",
    "und dann gibt es Tee",
    "aber niemand merkt es",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " VERBS " " SUBJECTS " " OBJECTS " " PLACES ", " CLAUSES "."];
