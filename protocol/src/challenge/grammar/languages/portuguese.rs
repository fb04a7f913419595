//! Words and sentence of the Portuguese texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &[
    "De manhã",
    "À tarde",
    "No inverno",
    "No verão",
    "Todo domingo",
    "Depois do trabalho",
    "Antes do jantar",
    "Durante a noite",
    "Hoje",
    "Às vezes",
    "Muitas vezes",
    "Ao meio-dia",
];
/// What is done.
const VERBS: &[&str] =
    &["procura", "mostra", "descreve", "traz", "encontra", "vende", "limpa", "leva", "desenha", "prepara"];
/// Who does it.
const SUBJECTS: &[&str] = &[
    "o professor",
    "a vizinha",
    "minha irmã",
    "o velho padeiro",
    "um jovem jardineiro",
    "a médica",
    "nosso avô",
    "a menina pequena",
    "o capitão cansado",
    "uma cozinheira gentil",
    "meu tio",
    "a aluna",
];
/// To what.
const OBJECTS: &[&str] = &[
    "um guarda-chuva verde",
    "o belo relógio",
    "o livro antigo",
    "uma bicicleta vermelha",
    "maçãs frescas",
    "dois cestos grandes",
    "a última lanterna",
    "pão quente",
    "um bolo doce",
    "o lenço azul",
    "muitas cartas",
    "a chave pesada",
];
/// Where.
const PLACES: &[&str] = &[
    "no mercado",
    "na estação",
    "na cozinha",
    "atrás da casa",
    "perto da ponte",
    "em frente à escola",
    "debaixo do telhado",
    "no jardim",
    "à beira do rio",
    "na biblioteca",
    "com os vizinhos",
    "sobre a mesa",
];
/// How the sentence ends.
const CLAUSES: &[&str] = &[
    "porque está chovendo",
    "embora já seja tarde",
    "antes que chegue o trem",
    "quando o sol brilha",
    "para que todos riam",
    "enquanto as crianças brincam",
    "até escurecer",
    "sem dizer uma palavra",
    "e depois toma um chá",
    "mas ninguém percebe",
];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " SUBJECTS " " VERBS " " OBJECTS " " PLACES ", " CLAUSES "."];
