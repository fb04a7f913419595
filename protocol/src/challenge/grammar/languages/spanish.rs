//! Words and sentence of the Spanish texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "Por la mañana",
    "Por la tarde",
    "En invierno",
    "En verano",
    "Cada domingo",
    "Después del trabajo",
    "Antes de la cena",
    "Durante la noche",
    "Hoy",
    "A veces",
    "A menudo",
    "Al mediodía",
];
/// What is done.
const VERBS: &[&str] =
    &["busca", "muestra", "describe", "trae", "encuentra", "vende", "limpia", "lleva", "dibuja", "prepara"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "el maestro",
    "la vecina",
    "mi hermana",
    "el viejo panadero",
    "un joven jardinero",
    "la médica",
    "nuestro abuelo",
    "la niña pequeña",
    "el capitán cansado",
    "una amable cocinera",
    "mi tío",
    "la alumna",
];
/// To what.
const OBJECTS: &[&str] = &[
    "un paraguas verde",
    "el hermoso reloj",
    "el libro antiguo",
    "una bicicleta roja",
    "manzanas frescas",
    "dos cestas grandes",
    "la última linterna",
    "pan caliente",
    "un pastel dulce",
    "el pañuelo azul",
    "muchas cartas",
    "la llave pesada",
];
/// Where.
const PLACES: &[&str] = &[
    "en el mercado",
    "en la estación",
    "en la cocina",
    "detrás de la casa",
    "junto al puente",
    "delante de la escuela",
    "bajo el tejado",
    "por el jardín",
    "a la orilla del río",
    "cerca de la biblioteca",
    "con los vecinos",
    "sobre la mesa",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "porque está lloviendo",
    "aunque ya es tarde",
    "antes de que llegue el tren",
    "cuando brilla el sol",
    "para que todos rían",
    "mientras los niños juegan",
    "hasta que oscurece",
    "sin decir una palabra",
    "y luego toma un té",
    "pero nadie lo nota",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " SUBJECTS " " VERBS " " OBJECTS " " PLACES ", " CLAUSES "."];
