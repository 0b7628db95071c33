//! How well a word that is searched for fits: whole words first.

/// From here on, letters stand in order and nothing more.
pub const SCATTERED: u32 = 1000;
/// What is found in the body of a text comes after what is found in its heading.
const IN_BODY: u32 = 10;
/// A text that has a word more often is more about it; so many times, and no more count.
const MOST_COUNTED: u32 = 20;

/// How badly what was typed fits, by its words: 0 where one is the name; less than [`SCATTERED`] where all of them occur; none where
/// their letters do not even stand there in order.
pub fn rank(name: &str, heading: &str, body: &str, query: &str) -> Option<u32> {
    query.split_whitespace().try_fold(0, |sum, word| {
        let of_word = if name == word {
            0
        } else if let Some(rank) = occurrence(heading, word) {
            rank
        } else if let Some(rank) = occurrence(body, word) {
            IN_BODY + MOST_COUNTED * rank - count(body, word)
        } else {
            SCATTERED + spread(heading, word)?
        };
        Some(sum + of_word)
    })
}

/// 1 for a whole word, 2 for the beginning of one, 3 for letters inside.
fn occurrence(text: &str, word: &str) -> Option<u32> {
    let mut best = None;
    for (at, _) in text.match_indices(word) {
        let begins = !text[..at].ends_with(char::is_alphanumeric);
        let ends = !text[at + word.len()..].starts_with(char::is_alphanumeric);
        let rank = match (begins, ends) {
            (true, true) => return Some(1),
            (true, false) => 2,
            (false, _) => 3,
        };
        best = Some(best.map_or(rank, |best: u32| best.min(rank)));
    }
    best
}

/// How often a text has a word.
fn count(text: &str, word: &str) -> u32 {
    u32::try_from(text.matches(word).count()).unwrap_or(MOST_COUNTED).min(MOST_COUNTED)
}

/// Over how many letters those of a word are spread, at the first place where they stand in order.
fn spread(text: &str, word: &str) -> Option<u32> {
    let mut letters = text.chars().enumerate();
    let mut places = word.chars().map(|wanted| letters.find(|(_, letter)| *letter == wanted).map(|(at, _)| at));
    let first = places.next()??;
    let last = places.try_fold(first, |_, place| place)?;
    u32::try_from(last - first).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_speaks_more_of_a_word_comes_first_and_whole_words_before_parts() {
        let of = |body: &str| rank("", "a heading", body, "epipe").unwrap();
        let ranks = [of("epipe epipe, epipe"), of("an epipe, and more"), of("epipes"), of("noepipe")];
        assert!(ranks.is_sorted() && ranks[0] < ranks[1] && ranks[3] < SCATTERED, "{ranks:?}");
        assert_eq!(rank("epipe", "", "", "epipe"), Some(0));
    }
}
