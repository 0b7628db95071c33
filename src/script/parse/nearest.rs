//! The statement that was meant where there is none of that name.

use super::verbs::{VERBS, VerbHelp};

/// The verb that is nearest in letters, if one is near.
pub fn nearest(word: &str) -> Option<&'static VerbHelp> {
    const FAR: usize = 3;
    let near = VERBS.iter().map(|verb| (distance(verb.name, word), verb)).min_by_key(|pair| pair.0)?;
    (near.0 < FAR && near.0 < word.len().max(2)).then_some(near.1)
}

/// How many letters must change, come or go: Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    const LONGEST: usize = 32;
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}
