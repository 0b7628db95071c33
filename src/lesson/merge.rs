//! Progress of several terminals in one file: what this one has changed since it last looked is put into what is there now. What
//! the others have done stays, and so does whatever a newer program has written there and this one does not know.

use toml::{Table, Value};

use super::progress::Progress;

/// Numbers that count answers: each terminal adds its own.
const COUNTS: [&str; 3] = ["answered", "right", "wrong"];
/// The table of results of which the smallest is the best.
const BEST: &str = "best";

/// The text of the file after this terminal's changes, from `before` to `now`, and what the file holds at the moment.
pub fn merged(before: &Progress, now: &Progress, there: &str) -> Result<String, String> {
    let mut merged: Table = toml::from_str(there).map_err(|error| error.message().to_owned())?;
    apply(&table(before)?, &table(now)?, &mut merged, false);
    toml::to_string(&merged).map_err(|error| error.to_string())
}

fn table(progress: &Progress) -> Result<Table, String> {
    toml::from_str(&progress.write()?).map_err(|error| error.message().to_owned())
}

fn apply(before: &Table, now: &Table, there: &mut Table, is_best: bool) {
    for (key, value) in now.iter().filter(|(key, value)| before.get(*key) != Some(*value)) {
        let old = before.get(key);
        if let Value::Table(new) = value {
            let none = Table::new();
            let old = old.and_then(Value::as_table).unwrap_or(&none);
            let place = there.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(place) = place {
                apply(old, new, place, key == BEST);
            }
            continue;
        }
        let found = there.get(key).filter(|found| Some(*found) != old).cloned();
        there.insert(key.clone(), resolved(key, (old, value), found, is_best));
    }
    for (key, old) in before.iter().filter(|(key, _)| !now.contains_key(*key)) {
        // Somebody may have missed the same question again meanwhile.
        if there.get(key) == Some(old) {
            there.remove(key);
        }
    }
}

/// What becomes of a value that this terminal has changed, where another one may have changed it too.
fn resolved(key: &str, (old, new): (Option<&Value>, &Value), found: Option<Value>, is_best: bool) -> Value {
    match (new, found) {
        (Value::Boolean(new), Some(Value::Boolean(found))) => Value::Boolean(*new || found),
        (Value::Integer(new), Some(Value::Integer(found))) if is_best => Value::Integer(found.min(*new)),
        (Value::Integer(new), Some(Value::Integer(found))) if COUNTS.contains(&key) => {
            let own = new.saturating_sub(old.and_then(Value::as_integer).unwrap_or(0));
            Value::Integer(found.saturating_add(own).max(0))
        }
        // Where one stands is where one was last.
        _ => new.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(change: impl FnOnce(&mut Progress)) -> Progress {
        let mut progress = Progress::default();
        change(&mut progress);
        progress
    }

    #[test]
    fn each_terminal_changes_what_it_has_changed_and_nothing_else() {
        let before = progress(|it| it.reach("a", 1));
        let now = progress(|it| {
            it.reach("a", 1);
            it.reach("b", 2);
        });
        let there = "version = 1\n[lesson.a]\ndone = true\nstep = 7\n[lesson.b]\ndone = true\nstep = 0\n";
        let after = Progress::read(&merged(&before, &now, there).unwrap()).unwrap();
        assert_eq!((after.of("a").done, after.of("a").step), (true, 7));
        assert_eq!((after.of("b").done, after.of("b").step), (true, 2));
    }

    #[test]
    fn answers_are_added_and_the_best_result_stays() {
        let topics = ["eof".to_owned()];
        let before = progress(|it| it.answer_problem(&topics, true));
        let now = progress(|it| {
            it.answer_problem(&topics, true);
            it.answer_problem(&topics, false);
            it.repaired("hunt", 5);
        });
        let there = "version = 1\nanswered = 10\n[topic.eof]\nright = 8\nwrong = 2\n[best]\nhunt = 3\n";
        let after = Progress::read(&merged(&before, &now, there).unwrap()).unwrap();
        let score = after.topics().next().unwrap().1;
        assert_eq!((score.right, score.wrong, after.best("hunt")), (8, 3, Some(3)));
        assert!(after.write().unwrap().contains("answered = 11"));
    }

    #[test]
    fn what_this_program_does_not_know_is_kept() {
        let there = "version = 1\nlater = [1, 2]\n[lesson.a]\nstep = 1\ncolour = \"red\"\n[tomorrow]\nx = 1\n";
        let now = progress(|it| it.finish("a"));
        let after = merged(&Progress::default(), &now, there).unwrap();
        assert!(Progress::read(&after).unwrap().of("a").done);
        for kept in ["later = [1, 2]", "colour = \"red\"", "[tomorrow]"] {
            assert!(after.contains(kept), "{after}");
        }
    }
}
