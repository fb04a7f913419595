//! Templates and word lists of the generated text. `{list}` stands for a word of that list.

pub(crate) const FACTS: &[&str] = &[
    "The capital of {country} is {city}.",
    "{city} is a city in {country} with about {nn} thousand people.",
    "In {year}, {name} {surname} discovered {science} in {city}.",
    "The {animal} is {adjective} and lives near the {place}.",
    "Water boils at 100 degrees and freezes at 0 degrees.",
    "Most {animal}s eat {food}, but some prefer {food}.",
    "{science} is the study of {topic} and of {topic}.",
    "The {place} of {country} is known for its {adjective} {food}.",
    "A {animal} can live for {n} years in the wild.",
    "The river flows {nn} kilometres from the {place} to the sea.",
    "According to {name} {surname}, {topic} is more important than {topic}.",
    "The planet {planet} has {n} known moons and a {adjective} surface.",
    "The {instrument} was invented in {country} around {year}.",
    "{country} exports {food}, {material} and {material}.",
    "The {material} was first used in {year} to build a {building}.",
    "Light travels faster than sound, which is why we see the {weather} before we hear it.",
    "The {building} in {city} was built between {year} and {year}.",
    "Scientists believe that {topic} depends on {topic} and the {weather}.",
];

pub(crate) const STORIES: &[&str] = &[
    "The old {job} walked slowly to the {place}, carrying a {adjective} {thing}.",
    "It was a {adjective} morning, and the {weather} had not yet come.",
    "{name} looked at the {thing} and said nothing for a long time.",
    "Nobody in {city} remembered the {job} who had lived by the {place}.",
    "\"Where is the {animal}?\" asked {name}. \"It ran to the {place},\" said {name}.",
    "After {n} days the {job} returned from {country} with {n} {thing}.",
    "{name} opened the door, and there stood a {adjective} {animal}.",
    "They had been friends since {year}, when the {building} was still {adjective}.",
    "Every evening {name} played the {instrument} beside the {building}.",
];

pub(crate) const TASKS: &[&str] = &[
    "Write a short story about a {adjective} {animal} and a {job}.",
    "Explain {science} to a {job} in {n} sentences.",
    "Summarize the history of {country} since {year}.",
    "List {n} reasons why {topic} matters for {topic}.",
    "Describe how to cook {food} with {food}.",
    "Translate the word {thing} into {language}.",
    "Compare {topic} and {topic} in simple words.",
    "Give advice to a {job} who wants to learn the {instrument}.",
    "Plan a trip of {n} days from {city} to {city}.",
    "Write a function that sorts a list of {thing}.",
];

pub(crate) const CONSTRAINTS: &[&str] = &[
    "Use no more than {nn} words.",
    "Answer in {language}.",
    "Write in a {adjective} tone.",
    "Mention {city} at least once.",
    "Do not mention the {weather}.",
    "Give one example with {food}.",
];

pub(crate) const STEPS: &[&str] = &[
    "Take the {thing} and put it near the {place}.",
    "Mix the {food} with the {food}.",
    "Wait {n} minutes.",
    "Check that the {material} is {adjective}.",
    "Ask a {job} for help.",
    "Read about {topic} and {topic}.",
    "Repeat the last step {n} times.",
    "Clean the {thing} with {material}.",
];

pub(crate) const QUESTIONS: &[&str] = &[
    "What is the capital of {country}?",
    "Can you tell me about {topic}?",
    "How do I cook {food}?",
    "Who discovered {science}?",
    "Why is the {animal} so {adjective}?",
    "Have you ever been to {city}?",
    "How many {thing} do we need?",
    "Could you help me with my {instrument}?",
    "What do you think about {topic}, {name}?",
    "When was the {building} in {city} built?",
];

pub(crate) const REPLIES: &[&str] = &[
    "The capital of {country} is {city}.",
    "Of course. {topic} is closely related to {topic}.",
    "You need {n} pieces of {food} and some {food}.",
    "I think it was {name} {surname}, in {year}.",
    "Because it lives near the {place}.",
    "Yes, I was there in {year}, and it was very {adjective}.",
    "I am not sure, but I would say {n}.",
    "Sure! First, take the {thing} and wait {n} minutes.",
    "It depends on the {weather}, I suppose.",
    "Thank you for your question. It was built in {year}.",
];

/// Other languages, each a list of templates of its own.
pub(crate) const LANGUAGES: &[&[&str]] = &[
    &[
        "Le {fr} est dans la maison de {name}.",
        "Il y a {n} enfants dans le jardin, et le {fr} est très beau.",
        "La capitale de la France est Paris.",
        "Je voudrais acheter un {fr} et un {fr}, s'il vous plaît.",
        "Où est le {fr} ? Il est près de l'église.",
        "Elle a été à {city} en {year} avec son {fr}.",
    ],
    &[
        "Der {de} steht vor dem Haus von {name}.",
        "Ich möchte einen {de} und einen {de} kaufen.",
        "Die Hauptstadt von Deutschland ist Berlin.",
        "Im Jahr {year} wurde der {de} in {city} gebaut.",
        "Wo ist der {de}? Er ist über der Straße und schön.",
        "Wir haben {n} Kinder gesehen, aber keinen {de}.",
    ],
    &[
        "El {es} está en la casa de {name}.",
        "La capital de España es Madrid.",
        "Me gustaría comprar un {es} y un {es}, por favor.",
        "¿Dónde está el {es}? Está cerca de la iglesia.",
        "En el año {year} había {n} niños en {city}.",
        "Mañana vamos a ver el {es} con {name}.",
    ],
    &[
        "Il {it} è nella casa di {name}.",
        "La capitale d'Italia è Roma.",
        "Vorrei comprare un {it} e un {it}, per favore.",
        "Dove si trova il {it}? È vicino alla chiesa.",
        "Nel {year} c'erano {n} persone a {city}.",
    ],
    &[
        "O {pt} está na casa de {name}.",
        "A capital de Portugal é Lisboa.",
        "Eu gostaria de comprar um {pt} e um {pt}, por favor.",
        "Onde fica o {pt}? Não fica longe da estação.",
        "Em {year} havia {n} pessoas em {city}.",
    ],
];

/// The words of the list called `name`; none for a list that does not exist.
#[expect(clippy::too_many_lines, reason = "a table of words")]
pub(crate) fn list(name: &str) -> &'static [&'static str] {
    match name {
        "country" => &[
            "France", "Germany", "Spain", "Italy", "Japan", "Brazil", "Canada", "Egypt", "India", "Kenya", "Norway",
            "Peru", "Poland", "Portugal", "Sweden", "Turkey", "Mexico", "Chile", "Greece", "Vietnam",
        ],
        "city" => &[
            "Paris", "Berlin", "Madrid", "Rome", "Tokyo", "London", "Ottawa", "Cairo", "Delhi", "Nairobi", "Oslo",
            "Lima", "Warsaw", "Lisbon", "Vienna", "Ankara", "Boston", "Santiago", "Athens", "Hanoi",
        ],
        "name" => &[
            "Anna", "Ben", "Clara", "David", "Elena", "Frank", "Grace", "Henry", "Ines", "James", "Karin", "Louis",
            "Maria", "Nina", "Oscar", "Paula", "Robert", "Sara", "Thomas", "Victor", "Alice", "Bob",
        ],
        "surname" => &[
            "Smith", "Miller", "Garcia", "Rossi", "Weber", "Tanaka", "Silva", "Novak", "Larsen", "Brown", "Dubois",
            "Kumar", "Ivanov", "Stone",
        ],
        "animal" => &[
            "cat", "dog", "horse", "whale", "eagle", "tiger", "rabbit", "wolf", "bear", "owl", "dolphin", "snake",
            "lion", "frog", "spider", "elephant",
        ],
        "adjective" => &[
            "old",
            "small",
            "quiet",
            "bright",
            "strange",
            "beautiful",
            "cold",
            "warm",
            "famous",
            "simple",
            "heavy",
            "modern",
            "ancient",
            "dark",
            "friendly",
            "formal",
            "careful",
            "large",
        ],
        "place" => &[
            "river", "mountain", "forest", "harbour", "desert", "island", "village", "lake", "valley", "coast",
            "market", "garden", "bridge", "station",
        ],
        "food" => &[
            "rice", "bread", "cheese", "soup", "fish", "apples", "potatoes", "tomatoes", "coffee", "honey", "beans",
            "onions", "butter", "garlic",
        ],
        "science" => &[
            "physics",
            "chemistry",
            "biology",
            "astronomy",
            "geology",
            "mathematics",
            "medicine",
            "economics",
            "gravity",
            "electricity",
            "radioactivity",
            "evolution",
        ],
        "topic" => &[
            "energy",
            "language",
            "music",
            "history",
            "climate",
            "trade",
            "memory",
            "education",
            "health",
            "democracy",
            "technology",
            "art",
            "space travel",
            "machine learning",
            "the ocean",
            "privacy",
            "philosophy",
            "agriculture",
        ],
        "planet" => &["Mars", "Venus", "Jupiter", "Saturn", "Neptune", "Mercury", "Uranus"],
        "instrument" => &[
            "piano",
            "violin",
            "guitar",
            "trumpet",
            "telescope",
            "drum",
            "clock",
            "microscope",
            "printing press",
            "flute",
        ],
        "material" => {
            &["wood", "iron", "glass", "stone", "copper", "paper", "cotton", "steel", "clay", "silver", "water"]
        }
        "building" => &["tower", "church", "library", "castle", "museum", "temple", "palace", "school", "theatre"],
        "weather" => &["rain", "snow", "storm", "sunshine", "wind", "fog", "lightning", "frost"],
        "job" => &[
            "teacher",
            "doctor",
            "sailor",
            "farmer",
            "student",
            "engineer",
            "painter",
            "lawyer",
            "nurse",
            "captain",
            "baker",
            "child",
            "programmer",
        ],
        "thing" => &[
            "books", "letters", "coins", "lamps", "maps", "keys", "boxes", "numbers", "flowers", "stones", "pictures",
            "boats", "apples", "pencils",
        ],
        "language" => &["French", "German", "Spanish", "Italian", "Portuguese", "English", "Latin", "Japanese"],
        "function" => &[
            "count", "merge", "filter", "update", "parse", "sort", "find", "compute", "load", "order", "user", "check",
        ],
        "variable" => &[
            "value", "index", "name", "items", "size", "key", "total", "price", "data", "limit", "left", "right", "x",
            "y",
        ],
        "class" => &["Account", "Stack", "Parser", "Queue", "Vector", "Counter", "Graph", "Cache"],
        "fr" => &["chat", "chien", "livre", "pain", "fromage", "train", "château", "bateau", "vélo", "café"],
        "de" => &["Hund", "Baum", "Tisch", "Zug", "Turm", "Apfel", "Schlüssel", "König", "Garten", "Brief"],
        "es" => &["gato", "perro", "libro", "tren", "árbol", "queso", "barco", "pájaro", "camino", "niño"],
        "it" => &["gatto", "cane", "libro", "treno", "albero", "pane", "castello", "caffè", "giardino"],
        "pt" => &["gato", "cachorro", "livro", "trem", "pão", "queijo", "barco", "café", "jardim", "irmão"],
        _ => &[],
    }
}
