//! Words and sentence of the French texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "Le matin",
    "Le soir",
    "En hiver",
    "En été",
    "Chaque dimanche",
    "Après le travail",
    "Avant le dîner",
    "Pendant la nuit",
    "Aujourd'hui",
    "Parfois",
    "Souvent",
    "À midi",
];
/// What is done.
const VERBS: &[&str] =
    &["cherche", "montre", "décrit", "apporte", "trouve", "vend", "nettoie", "porte", "dessine", "prépare"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "le professeur",
    "la voisine",
    "ma sœur",
    "le vieux boulanger",
    "un jeune jardinier",
    "l'infirmière",
    "notre grand-père",
    "la petite fille",
    "le marin fatigué",
    "une gentille cuisinière",
    "mon oncle",
    "l'élève",
];
/// To what.
const OBJECTS: &[&str] = &[
    "un parapluie vert",
    "la belle horloge",
    "le vieux livre",
    "une bicyclette rouge",
    "des pommes fraîches",
    "deux grands paniers",
    "la dernière lanterne",
    "du pain chaud",
    "un gâteau sucré",
    "le foulard bleu",
    "beaucoup de lettres",
    "la lourde clé",
];
/// Where.
const PLACES: &[&str] = &[
    "au marché",
    "à la gare",
    "dans la cuisine",
    "derrière la maison",
    "près du pont",
    "devant l'école",
    "sous le toit",
    "dans le jardin",
    "au bord de la rivière",
    "à la bibliothèque",
    "chez les voisins",
    "sur la place",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "parce qu'il pleut",
    "bien qu'il soit tard",
    "avant l'arrivée du train",
    "quand le soleil brille",
    "pour faire rire les enfants",
    "pendant que tout dort",
    "jusqu'au soir",
    "sans dire un mot",
    "et ensuite on boit du thé",
    "mais personne ne le voit",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES ", " SUBJECTS " " VERBS " " OBJECTS " " PLACES ", " CLAUSES "."];
