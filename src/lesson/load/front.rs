//! The front matter: TOML between two lines of `+++`.

use serde::Deserialize;

use super::{Wrong, is_harmful, line_of};
use crate::lesson::{CoursePart, TOPICS};

/// The longest title, in letters.
const MAX_TITLE: usize = 60;
/// The longest "You now know that …", in letters.
const MAX_KNOW: usize = 200;
/// What a lesson may take, in minutes.
const MINUTES: std::ops::RangeInclusive<u32> = 1..=30;

/// What stands there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Front {
    pub title: String,
    pub topics: Vec<String>,
    #[serde(default)]
    pub after: Vec<String>,
    pub minutes: u32,
    #[serde(default)]
    pub shows: Vec<String>,
    pub know: Option<String>,
    #[serde(default)]
    pub part: CoursePart,
    #[serde(default)]
    pub track: bool,
}

/// The front matter, and where the text after it begins.
pub(super) fn read(text: &str) -> Result<(Front, usize), Wrong> {
    const FENCE: &str = "+++";
    let open = text.split_inclusive('\n').next().filter(|line| line.trim_end() == FENCE);
    let open = open.ok_or_else(|| (1, "a lesson begins with TOML between lines of +++".to_owned()))?.len();
    let mut at = open;
    for line in text[open..].split_inclusive('\n') {
        if line.trim_end() == FENCE {
            let front = parse(text, open, at)?;
            return Ok((front, at + line.len()));
        }
        at += line.len();
    }
    Err((1, "the front matter is not closed by +++".to_owned()))
}

fn parse(text: &str, from: usize, to: usize) -> Result<Front, Wrong> {
    let front: Front = toml::from_str(&text[from..to]).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        (line_of(text.as_bytes(), from + at), error.message().to_owned())
    })?;
    // TOML has escapes of its own, which bring in what the file itself may not hold.
    let words = [&front.title].into_iter().chain(&front.after).chain(&front.know);
    if let Some(letter) = words.flat_map(|word| word.chars()).find(|letter| is_harmful(*letter)) {
        return Err((
            line_of(text.as_bytes(), from),
            format!("U+{:04X} may not stand in the front matter", u32::from(letter)),
        ));
    }
    let line_with = |word: &str| text[from..to].find(word).map_or(2, |at| line_of(text.as_bytes(), from + at));
    if front.title.trim().is_empty() || front.title.chars().count() > MAX_TITLE {
        return Err((line_with("title"), format!("a title has 1 to {MAX_TITLE} letters")));
    }
    if front.know.as_ref().is_some_and(|know| know.trim().is_empty() || know.chars().count() > MAX_KNOW) {
        return Err((line_with("know"), format!("what the learner knows then is said in 1 to {MAX_KNOW} letters")));
    }
    if !MINUTES.contains(&front.minutes) {
        return Err((line_with("minutes"), format!("minutes are {} to {}", MINUTES.start(), MINUTES.end())));
    }
    if front.topics.is_empty() {
        return Err((line_with("topics"), format!("name at least one topic of: {}", TOPICS.join(", "))));
    }
    if let Some(topic) = front.topics.iter().find(|topic| !TOPICS.contains(&topic.as_str())) {
        return Err((line_with("topics"), format!("{topic:?} is no topic, those are: {}", TOPICS.join(", "))));
    }
    let is_number =
        |word: &String| word.len() == 3 && word.starts_with('M') && word[1..].bytes().all(|byte| byte.is_ascii_digit());
    if let Some(word) = front.shows.iter().find(|word| !is_number(word)) {
        return Err((line_with("shows"), format!("{word:?} is not written as M01")));
    }
    Ok(front)
}
