//! Words and sentence of the Russian texts.

use crate::challenge::grammar::part::{Part, template};

/// When.
const TIMES: &[&str] = &["Утром", "Вечером", "Зимой", "Летом", "Ночью", "Сегодня", "Иногда", "Часто"];
/// What is done.
const VERBS: &[&str] = &["ищет", "находит", "несёт", "рисует", "моет", "продаёт"];
/// Who does it.
const SUBJECTS: &[&str] =
    &["учитель", "соседка", "сестра", "пекарь", "врач", "дедушка", "девочка", "капитан", "повар", "дядя"];
/// To what.
const OBJECTS: &[&str] = &["зонт", "часы", "книгу", "яблоки", "корзину", "фонарь", "хлеб", "пирог", "письмо", "ключ"];
/// Where.
const PLACES: &[&str] = &[
    "на рынке",
    "на вокзале",
    "на кухне",
    "за домом",
    "у моста",
    "у школы",
    "под крышей",
    "в саду",
    "у реки",
    "у соседей",
];
/// How the sentence ends.
const CLAUSES: &[&str] =
    &["идёт дождь", "уже поздно", "скоро поезд", "светит солнце", "все смеются", "дети играют", "темнеет", "чай готов"];

/// One sentence.
pub(super) const SENTENCE: &[Part] = template![TIMES " " SUBJECTS " " VERBS " " OBJECTS " " PLACES ", " CLAUSES "."];
