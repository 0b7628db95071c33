//! What the word at the caret of the prompt could become: statements, ends, tasks, options; only what fits there. Made from the
//! table of statements and the bench as it is.

use crate::script::parse;
use crate::world::World;

use super::signature;

/// What a completion finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// To be put at the caret.
    pub more: String,
    /// All that the word could become, where that is not one thing.
    pub choices: Vec<String>,
}

/// Completes the word that ends at the caret; `before` is what stands before the caret.
pub fn complete(world: &World, before: &str) -> Completion {
    let typed = signature::typed(before);
    // In a list, as `fds=wire[0],wire[1]`, the last one is completed.
    let stem = if typed.done.is_empty() { typed.stem } else { typed.stem.rsplit([',', '=']).next().unwrap_or("") };
    let mut choices = fitting(world, before);
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
    Completion { more, choices }
}

/// All that could stand where the word at the caret stands.
pub fn fitting(world: &World, before: &str) -> Vec<String> {
    let typed = signature::typed(before);
    if typed.done.is_empty() {
        return beginnings(world, typed.task.is_some());
    }
    let Some(place) = signature::place(&typed) else { return Vec::new() };
    match typed.stem.split_once('=') {
        Some(("fds", _)) if place.verb.synopsis.contains("fds=END") => place.held_ends(world),
        Some(("for", _)) => ["in", "pri", "out", "rdhup"].map(str::to_owned).to_vec(),
        Some(_) => Vec::new(),
        None => place.fits(world),
    }
}

/// A statement, or the task that is to make it; that is said once.
fn beginnings(world: &World, has_task: bool) -> Vec<String> {
    let tasks = world.tasks().filter(|task| task.is_alive() && !has_task).map(|task| format!("{}:", task.name));
    parse::verbs().iter().map(|verb| verb.name.to_owned()).chain(tasks).collect()
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
    use crate::app::recorded_bench::RecordedBench;

    fn more(before: &str) -> String {
        complete(&RecordedBench::open().world, before).more
    }

    #[test]
    fn a_verb_an_end_a_task_and_an_option_are_completed() {
        assert_eq!(more("socketp"), "air ");
        assert_eq!(more("shutdown wi"), "re[");
        assert_eq!(more("shutdown wire[0] rdw"), "r ");
        assert_eq!(more("child1: read "), "wire[1] ");
        assert_eq!(more("child1: child"), "");
        assert_eq!(more("kill ch"), "ild");
        assert_eq!(more("kill child1"), " ");
        assert_eq!(more("child2: rea"), "d");
        assert_eq!(more("socketpair seq"), "packet ");
        assert_eq!(more("sendmsg wire[0] x fd"), "s=");
        assert_eq!(more("sendmsg wire[0] x fds=wire[0],po"), "st[");
    }

    #[test]
    fn where_there_are_several_all_are_told() {
        let found = complete(&RecordedBench::open().world, "read ");
        assert_eq!(found.choices, ["post[0]", "post[1]", "wire[0]", "wire[1]"]);
        assert_eq!(more("nonsense x"), "");
        assert_eq!(more("écrire"), "");
    }
}
