//! What stands in a fence: statements, a prediction, conditions.

use super::Wrong;
use crate::lesson::{Choice, MAX_OPTIONS, MAX_SLEEP_MS, Prediction, goal};
use crate::script::{Number, Statement, Verb, Want, parse};

/// Statements, at least one; each that expects something must be able to fail.
pub(super) fn statements(content: &str, fence: u32) -> Result<Vec<Statement>, Wrong> {
    let all = lines(content, fence).filter_map(|(line, text)| statement(text, line).transpose());
    let all = all.collect::<Result<Vec<Statement>, Wrong>>()?;
    if all.is_empty() {
        return Err((fence, "this block has no statement".to_owned()));
    }
    Ok(all)
}

/// One statement, then its options.
pub(super) fn prediction(content: &str, fence: u32) -> Result<Prediction, Wrong> {
    let mut lines = lines(content, fence).filter(|(_, text)| !text.trim().is_empty());
    let (line, first) = lines.next().ok_or_else(|| (fence, "a prediction has a statement and options".to_owned()))?;
    let statement = statement(first, line)?.ok_or_else(|| (line, "a prediction begins with a statement".to_owned()))?;
    if !statement.expectations.is_empty() {
        return Err((line, "a prediction's expectations are its options, write them as - [ ] and - [x]".to_owned()));
    }
    let options = lines.map(|(line, text)| choice(&statement, line, text)).collect::<Result<Vec<Choice>, Wrong>>()?;
    if !(2..=MAX_OPTIONS).contains(&options.len()) {
        return Err((line, format!("a prediction has 2 to {MAX_OPTIONS} options")));
    }
    if options.iter().filter(|option| option.ticked).count() != 1 {
        return Err((line, "exactly one option is ticked, write it as - [x]".to_owned()));
    }
    Ok(Prediction { statement, options })
}

fn choice(statement: &Statement, line: u32, text: &str) -> Result<Choice, Wrong> {
    let text = text.trim();
    let (ticked, text) = match (text.strip_prefix("- [ ] "), text.strip_prefix("- [x] ")) {
        (Some(text), _) => (false, text),
        (_, Some(text)) => (true, text),
        _ => return Err((line, "an option is written - [ ] RESULT -- why not, the right one - [x] RESULT".to_owned())),
    };
    let (text, why) = remark(text);
    if ticked && why.is_some() {
        return Err((line, "the right option needs no word after --, write it into an after block".to_owned()));
    }
    if why.is_some_and(str::is_empty) {
        return Err((line, "say after -- why this answer is wrong, or leave it out".to_owned()));
    }
    let body = if let Verb::Repeat { body, .. } = &statement.verb { &body.verb } else { &statement.verb };
    let expectations = parse::expectations(text, body, line).map_err(|error| (line, error.message))?;
    if expectations.iter().any(|expected| matches!(expected.want, Want::Anything | Want::Capture(_))) {
        return Err((line, "an option must be able to fail".to_owned()));
    }
    Ok(Choice { line, text: text.to_owned(), expectations, ticked, why: why.map(str::to_owned) })
}

/// An option's result, and what is said of it after the first ` -- ` outside of quotes.
fn remark(text: &str) -> (&str, Option<&str>) {
    const MARK: &str = " --";
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                if let Some(rest) = text[at..].strip_prefix(MARK)
                    && (rest.is_empty() || rest.starts_with(' '))
                {
                    return (text[..at].trim_end(), Some(rest.trim()));
                }
            }
            _ => {}
        }
    }
    (text, None)
}

/// Conditions of a goal.
pub(super) fn conditions(content: &str, fence: u32) -> Result<Vec<Statement>, Wrong> {
    let all = statements(content, fence)?;
    match all.iter().find_map(|condition| goal::objection(condition).map(|why| (condition.line, why))) {
        Some(wrong) => Err(wrong),
        None => Ok(all),
    }
}

/// Prose of a hint or an `after`.
pub(super) fn prose(content: &str, fence: u32, what: &str) -> Result<String, Wrong> {
    let text = content.trim();
    if text.is_empty() { Err((fence, format!("{what} has no words"))) } else { Ok(text.to_owned()) }
}

fn statement(text: &str, line: u32) -> Result<Option<Statement>, Wrong> {
    let statement =
        parse::statement(text, line).map_err(|error| (line, format!("column {}: {}", error.column, error.message)))?;
    let Some(statement) = statement else { return Ok(None) };
    if let Verb::Sleep { ms } = &statement.verb
        && !matches!(ms, Number::Literal(0..=MAX_SLEEP_MS))
    {
        return Err((line, format!("a lesson sleeps at most {MAX_SLEEP_MS} ms at a time")));
    }
    let hollow = statement.expectations.iter().all(|expected| expected.want == Want::Anything);
    if hollow && !statement.expectations.is_empty() {
        return Err((
            line,
            "an expectation that cannot fail proves nothing, write what comes, or no expectation".to_owned(),
        ));
    }
    Ok(Some(statement))
}

fn lines(content: &str, fence: u32) -> impl Iterator<Item = (u32, &str)> {
    (fence.saturating_add(1)..).zip(content.lines())
}
