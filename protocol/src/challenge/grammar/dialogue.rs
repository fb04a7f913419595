//! Dialogue: two people talk about where they were, what they saw and what they will do.

use super::part::{Part, template};

/// First names of the one who begins.
const NAMES: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas", "Karla", "Leo", "Mara", "Nils",
    "Olga", "Paul", "Rosa", "Simon", "Tilda", "Victor", "Wanda", "Yusuf", "Zoe", "Amir",
];
/// First names of the other one.
const OTHERS: &[&str] = &[
    "Alma", "Boris", "Celia", "Dario", "Edith", "Fritz", "Gina", "Hugo", "Irene", "Jakob", "Kira", "Lars", "Mina",
    "Noah", "Otto", "Petra", "Ravi", "Sofia", "Tom", "Uma", "Vera", "Walter", "Yara", "Zeno",
];
/// How the talk begins.
const GREETINGS: &[&str] = &[
    "Good morning!",
    "Hello again!",
    "There you are at last.",
    "Do you have a minute?",
    "How nice to see you!",
    "I was looking for you.",
    "Guess what happened.",
    "Sit down, please.",
    "You look tired today.",
    "May I ask you something?",
    "I have good news.",
    "What a strange day!",
    "Come in, it is cold outside.",
    "Have you eaten already?",
    "You are early today.",
    "Wait a moment, please.",
];
/// What is asked.
const QUESTIONS: &[&str] = &[
    "Where did you leave the",
    "Have you seen the",
    "Who took the",
    "Can you lend me the",
    "Did you remember to bring the",
    "What happened to the",
    "How much did you pay for the",
    "When will you return the",
    "Why did you hide the",
    "Do you still need the",
    "Would you like to see the",
    "Is it true that you sold the",
];
/// What it is about.
const THINGS: &[&str] = &[
    "blue umbrella",
    "old camera",
    "wooden ladder",
    "red bicycle",
    "kitchen scales",
    "garden keys",
    "train tickets",
    "paper lantern",
    "heavy suitcase",
    "silver spoon",
    "yellow raincoat",
    "broken radio",
    "map of the city",
    "bag of apples",
    "green notebook",
    "chess board",
    "loaf of bread",
    "small telescope",
    "woollen scarf",
    "letter from the bank",
    "jar of honey",
    "long rope",
    "box of matches",
    "guitar",
    "tent",
    "sewing machine",
    "recipe for the soup",
    "bottle of ink",
    "toolbox",
    "picture frame",
];
/// Where something was.
const PLACES: &[&str] = &[
    "under the kitchen table",
    "behind the front door",
    "at my sister's house",
    "in the back of the car",
    "next to the piano",
    "on the top shelf",
    "near the railway station",
    "in the school library",
    "between two old books",
    "at the bakery on the corner",
    "inside the blue drawer",
    "beside the garden gate",
    "on the balcony",
    "in the waiting room",
    "at the end of the corridor",
    "below the stairs",
    "in front of the town hall",
    "on the bench by the pond",
    "in my coat pocket",
    "at the market",
    "in the empty classroom",
    "close to the old bridge",
    "over there by the window",
    "in the cellar",
];
/// How an answer begins.
const REPLIES: &[&str] = &[
    "I think I saw it",
    "Maybe somebody put it",
    "If I remember well, it was",
    "Yesterday it was still",
    "My brother found it",
    "Please look once more",
    "I am sure that I left it",
    "The children were playing with it",
    "A friendly man left it",
    "You will find it",
];
/// What is said to that.
const FEELINGS: &[&str] = &[
    "That is a relief.",
    "Oh no, not again!",
    "How kind of you.",
    "I would never have guessed.",
    "That makes no sense to me.",
    "You are always so careful.",
    "Then we must hurry.",
    "Well, that explains a lot.",
    "I am so glad to hear that.",
    "Let us not worry about it.",
    "Are you quite sure?",
    "What a funny story!",
    "Thank you for telling me.",
    "That was my mistake.",
    "Nobody told me that.",
    "Never mind.",
];
/// What will be done.
const PLANS: &[&str] = &[
    "We could take the bus",
    "I will walk there",
    "My aunt can drive us",
    "Let us go together",
    "I would rather go alone",
    "We should ask the neighbour",
    "I can send a message",
    "You could wait here",
    "We might try it again",
    "Let me carry it",
];
/// When.
const TIMES: &[&str] = &[
    "after lunch",
    "before it gets dark",
    "on Friday evening",
    "in about an hour",
    "as soon as the rain stops",
    "tomorrow at noon",
    "when the shops open",
    "right after the concert",
    "at half past seven",
    "next week",
    "once the tea is ready",
    "on the way home",
    "early on Sunday",
    "before the guests arrive",
    "during the break",
    "later tonight",
];
/// What the other one suggests.
const PLANS_LATER: &[&str] = &[
    "call me",
    "meet me at the gate",
    "come to my place",
    "write me a note",
    "knock on my window",
    "wait by the fountain",
    "bring your sister",
    "leave the door open",
    "tell the others",
    "ask at the office",
];

/// Four turns between two people.
pub(super) const PROMPT: &[Part] = template![
    (Part::Keep(0, NAMES)) ": " GREETINGS " " QUESTIONS " " THINGS "?\n"
    (Part::Keep(1, OTHERS)) ": " REPLIES " " PLACES ". "
    (Part::OneOf(&[
        template!["But who needs the " THINGS " " TIMES "?"],
        template!["I also found the " THINGS " " PLACES "."],
        template!["Besides, I am meeting " OTHERS " " TIMES "."],
        template!["Did you know that " NAMES " bought the " THINGS "?"],
    ]))
    "\n" (Part::Again(0)) ": " FEELINGS " " PLANS " " TIMES ".\n"
    (Part::Again(1)) ": "
    (Part::OneOf(&[
        template![FEELINGS " I will wait for you " PLACES "."],
        template!["All right, " PLANS_LATER " " TIMES ", and bring the " THINGS "."],
        template!["No, I have to look for the " THINGS " " TIMES "."],
    ]))
];
