//! What the word at the caret of the prompt could become: statements, ends, tasks, options. Made from the table of statements
//! and the bench as it is.

use crate::script::parse;
use crate::world::World;

/// What a completion finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// To be put at the caret.
    pub more: String,
    /// All that the word could become, where that is not one thing.
    pub choices: Vec<String>,
}

/// Types of channels, where a statement asks for a TYPE.
const TYPES: [&str; 5] = ["stream", "dgram", "seqpacket", "pipe", "packetpipe"];

/// Completes the word that ends at the caret; `before` is what stands before the caret.
pub fn complete(world: &World, before: &str) -> Found {
    let typed: Vec<&str> = before.split_whitespace().collect();
    let is_new = before.is_empty() || before.ends_with(char::is_whitespace);
    let (earlier, stem) = match typed.split_last() {
        Some((last, done)) if !is_new => (done, *last),
        _ => (&typed[..], ""),
    };
    // A task may stand before the statement: `child1: read`.
    let is_named = earlier.first().is_some_and(|first| first.ends_with(':'));
    let done = if is_named { &earlier[1..] } else { earlier };
    let mut choices = match done.first() {
        None => beginnings(world),
        Some(verb) => arguments(world, verb),
    };
    choices.retain(|choice| choice.starts_with(stem));
    choices.sort();
    choices.dedup();
    let common = common(&choices);
    let mut more = common.get(stem.len()..).unwrap_or_default().to_owned();
    if choices.len() == 1 {
        if !common.ends_with('=') {
            more.push(' ');
        }
        choices.clear();
    }
    Found { more, choices }
}

fn beginnings(world: &World) -> Vec<String> {
    let tasks = world.tasks().filter(|task| task.is_alive()).map(|task| format!("{}:", task.name));
    parse::verbs().iter().map(|verb| verb.name.to_owned()).chain(tasks).collect()
}

/// By the words of its synopsis: END and TASK are what is on the bench, small letters are themselves.
fn arguments(world: &World, verb: &str) -> Vec<String> {
    let Some(verb) = parse::verbs().iter().find(|known| known.name == verb) else { return Vec::new() };
    let mut choices = Vec::new();
    let asks = |what: &str| verb.synopsis.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == what);
    if asks("END") {
        choices.extend(world.ends().map(|end| world.label(end.id)));
    }
    if asks("TASK") || asks("A") {
        choices.extend(world.tasks().filter(|task| task.is_alive()).map(|task| task.name.clone()));
    }
    if asks("TYPE") {
        choices.extend(TYPES.map(str::to_owned));
    }
    let words = verb.synopsis.split([' ', '[', ']', '|']).skip(1);
    for word in words.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())) {
        let end = word.find('=').map_or(word.len(), |at| at + 1);
        choices.push(word[..end].to_owned());
    }
    choices
}

/// What all of them begin with.
fn common(choices: &[String]) -> String {
    let Some((first, rest)) = choices.split_first() else { return String::new() };
    let agrees = |len: usize| rest.iter().all(|other| other.get(..len) == first.get(..len));
    let ends = first.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.take_while(|len| agrees(*len)).last().map_or_else(String::new, |len| first[..len].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::stage::Stage;

    fn more(before: &str) -> String {
        complete(&Stage::open().world, before).more
    }

    #[test]
    fn a_verb_an_end_a_task_and_an_option_are_completed() {
        assert_eq!(more("socketp"), "air ");
        assert_eq!(more("shutdown wi"), "re[");
        assert_eq!(more("shutdown wire[0] rdw"), "r ");
        assert_eq!(more("kill ch"), "ild");
        assert_eq!(more("kill child1"), " ");
        assert_eq!(more("child2: rea"), "d");
        assert_eq!(more("socketpair seq"), "packet ");
        assert_eq!(more("sendmsg wire[0] x fd"), "s=");
    }

    #[test]
    fn where_there_are_several_all_are_told() {
        let found = complete(&Stage::open().world, "read ");
        assert_eq!(found.choices, ["post[0]", "post[1]", "wire[0]", "wire[1]"]);
        assert_eq!(more("nonsense x"), "");
        assert_eq!(more("écrire"), "");
    }
}
