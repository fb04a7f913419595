//! Words and sentence of the Dutch texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "In de ochtend",
    "In de avond",
    "In de winter",
    "In de zomer",
    "Elke zondag",
    "Na het werk",
    "Voor het ontbijt",
    "Midden in de nacht",
    "Vandaag",
    "Soms",
    "Vaak",
    "Sinds een week",
];
/// What is done.
const VERBS: &[&str] =
    &["zoekt", "toont", "beschrijft", "haalt", "vindt", "verkoopt", "poetst", "draagt", "tekent", "bewaart"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "de leraar",
    "de buurvrouw",
    "mijn zus",
    "de oude bakker",
    "een jonge tuinman",
    "de dokter",
    "onze opa",
    "het kleine meisje",
    "de moede kapitein",
    "een vriendelijke kok",
    "mijn oom",
    "de leerling",
];
/// To what.
const OBJECTS: &[&str] = &[
    "een groene paraplu",
    "de mooie klok",
    "het oude boek",
    "een rode fiets",
    "verse appels",
    "twee grote manden",
    "de laatste lantaarn",
    "warme broodjes",
    "een zoete taart",
    "de blauwe sjaal",
    "veel brieven",
    "de zware sleutel",
];
/// Where.
const PLACES: &[&str] = &[
    "op de markt",
    "bij het station",
    "in de keuken",
    "achter het huis",
    "naast de brug",
    "voor de school",
    "onder het dak",
    "in de tuin",
    "langs de rivier",
    "in de bibliotheek",
    "bij de buren",
    "aan de straat",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "omdat het regent",
    "hoewel het laat is",
    "voordat de trein komt",
    "als de zon schijnt",
    "zodat iedereen lacht",
    "terwijl de kinderen spelen",
    "tot het donker wordt",
    "zonder een woord te zeggen",
    "en dan is er thee",
    "maar niemand merkt het",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " VERBS " " SUBJECTS " " OBJECTS " " PLACES ", " CLAUSES "."];
