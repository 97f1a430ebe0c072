//! Safety words: five short words that both ends show, equal only if nobody stands between them
//! (rule JS-JOIN-6).

use std::fmt;

use crate::crypto::{hash::hash, secret::Secret};

/// The number whose commitment travels in the knock and which the confirm reveals.
pub(crate) type Reveal = Secret<32>;

pub(crate) fn commitment(reveal: &Reveal) -> [u8; 32] {
    hash("sas commit", &[&reveal.0])
}

/// Five words, one of 256 each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SafetyWords([u8; 5]);

impl SafetyWords {
    pub(crate) fn derive(sas: &Secret<32>, reveal: &Reveal, th2: &[u8; 32]) -> Self {
        let digest = hash("sas", &[&sas.0, &reveal.0, th2]);
        let mut first = [0; 5];
        first.copy_from_slice(&digest[..5]);
        Self(first)
    }

    /// The words in order.
    pub fn words(&self) -> [&'static str; 5] {
        self.0.map(|byte| WORDS[usize::from(byte)])
    }
}

impl fmt::Display for SafetyWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

/// Short, common, told apart by ear.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acid", "actor", "agent", "album", "alpha", "amber", "anchor", "angle", "ankle", "apple", "april", "arch",
    "armor", "arrow", "aspen", "atlas", "attic", "autumn", "bacon", "badge", "bagel", "baker", "bamboo", "banana",
    "barrel", "basket", "beach", "beaver", "bell", "bench", "berry", "bicycle", "bishop", "blanket", "bottle", "boulder",
    "branch", "bread", "bridge", "brush", "bucket", "buffalo", "butter", "cabin", "cactus", "camel", "candle", "canoe",
    "canvas", "carbon", "cargo", "carpet", "castle", "cedar", "cello", "chapel", "cherry", "chess", "chimney", "cinema",
    "circle", "citrus", "clay", "clover", "cobalt", "cocoa", "coffee", "comet", "copper", "coral", "cotton", "cousin",
    "crane", "crayon", "cricket", "crown", "crystal", "curtain", "dagger", "daisy", "dancer", "deer", "delta", "denim",
    "desert", "diamond", "dinner", "dolphin", "donkey", "dragon", "drum", "dune", "eagle", "earth", "easel", "echo",
    "elbow", "ember", "emerald", "engine", "envelop", "fabric", "falcon", "farmer", "feather", "fence", "fern", "fiddle",
    "finger", "flame", "flute", "forest", "fossil", "fox", "galaxy", "garden", "garlic", "gecko", "ginger", "giraffe",
    "glacier", "globe", "goat", "golden", "gorilla", "granite", "grape", "guitar", "hammer", "harbor", "hazel", "helmet",
    "heron", "hockey", "honey", "hotel", "igloo", "indigo", "iron", "island", "ivory", "jacket", "jaguar", "jasmine",
    "jelly", "jersey", "jewel", "jungle", "kayak", "kettle", "kiwi", "knight", "koala", "ladder", "lagoon", "lantern",
    "laser", "lava", "lemon", "leopard", "lilac", "linen", "lizard", "llama", "lobster", "lotus", "lumber", "magnet",
    "mango", "maple", "marble", "market", "meadow", "melon", "mercury", "mirror", "monkey", "moon", "mosaic", "museum",
    "mustard", "nectar", "needle", "nickel", "north", "novel", "oasis", "ocean", "olive", "onion", "opal", "orange",
    "orchid", "otter", "oxygen", "oyster", "paddle", "palace", "panda", "paper", "parrot", "pasta", "peach", "pebble",
    "pelican", "penguin", "pepper", "piano", "pilot", "pine", "planet", "plum", "pocket", "pony", "potato", "prism",
    "pumpkin", "puzzle", "quartz", "queen", "rabbit", "radar", "raven", "river", "robin", "rocket", "saddle", "saffron",
    "salmon", "sandal", "saturn", "scarf", "silver", "sketch", "spider", "spiral", "spring", "squid", "statue", "sugar",
    "sunset", "tango", "teapot", "temple", "tiger", "timber", "tomato", "tulip", "tunnel", "turtle", "urchin", "velvet",
    "violin", "walnut", "zebra", "zipper",
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn words_are_distinct_and_short() {
        assert_eq!(WORDS.iter().collect::<HashSet<_>>().len(), 256);
        assert!(WORDS.iter().all(|word| (3..=7).contains(&word.len())));
        // Told apart by their first four letters.
        let starts: HashSet<_> = WORDS.iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(starts.len(), 256);
    }
}
