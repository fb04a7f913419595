//! Words and sentence of the Italian texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "Al mattino",
    "Alla sera",
    "In inverno",
    "In estate",
    "Ogni domenica",
    "Dopo il lavoro",
    "Prima di cena",
    "Durante la notte",
    "Oggi",
    "A volte",
    "Spesso",
    "A mezzogiorno",
];
/// What is done.
const VERBS: &[&str] =
    &["cerca", "mostra", "descrive", "porta", "trova", "vende", "pulisce", "regala", "disegna", "prepara"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "il maestro",
    "la vicina",
    "mia sorella",
    "il vecchio fornaio",
    "un giovane giardiniere",
    "la dottoressa",
    "nostro nonno",
    "la bambina",
    "il capitano stanco",
    "una cuoca gentile",
    "mio zio",
    "la studentessa",
];
/// To what.
const OBJECTS: &[&str] = &[
    "un ombrello verde",
    "un bell'orologio",
    "il libro antico",
    "una bicicletta rossa",
    "mele fresche",
    "due grandi cesti",
    "l'ultima lanterna",
    "del pane caldo",
    "una torta dolce",
    "la sciarpa blu",
    "molte lettere",
    "la chiave pesante",
];
/// Where.
const PLACES: &[&str] = &[
    "al mercato",
    "alla stazione",
    "in cucina",
    "dietro la casa",
    "vicino al ponte",
    "davanti alla scuola",
    "sotto il tetto",
    "nel giardino",
    "lungo il fiume",
    "in biblioteca",
    "dai vicini",
    "sulla piazza",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "perché piove",
    "anche se è tardi",
    "prima che arrivi il treno",
    "quando splende il sole",
    "così tutti ridono",
    "mentre i bambini giocano",
    "finché non fa buio",
    "senza dire una parola",
    "e poi beve un tè",
    "ma nessuno se ne accorge",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " SUBJECTS " " VERBS " " OBJECTS " " PLACES ", " CLAUSES "."];
