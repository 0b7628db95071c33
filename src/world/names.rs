//! Names: whose a number is, and which are taken.

use crate::order::Call;
use crate::script::EndName;

use super::World;
use super::task::Task;

impl World {
    /// The name of [`Self::task_of_pid`]; of a process group, which has the number of its leader, the leader's. The number where it is not known.
    pub fn name_of_pid(&self, pid: i32) -> String {
        self.task_of_pid(pid).map_or_else(|| pid.to_string(), |task| task.name.clone())
    }

    /// Whether an end, an object or an opening of a FIFO has this name, or a call is about to give it to one.
    pub fn is_taken(&self, name: &str) -> bool {
        let is_it = |other: Option<&EndName>| other.is_some_and(|other| other.name == name);
        let is_made = |task: &Task| {
            let made = task.order.as_ref().and_then(|order| order.ordered.name.as_ref());
            made.is_some_and(|made| made == name) && task.current_call().is_some_and(Call::makes_end)
        };
        self.ends.values().any(|end| !self.is_over(end) && is_it(end.name.as_ref()))
            || self.openings.values().any(|opening| is_it(opening.name.as_ref()))
            || self.objects.values().any(|object| is_it(object.made_as.as_ref()))
            || self.tasks.values().any(is_made)
    }

    /// A name for what is made now: this one, or where somebody still has it, this one with a number.
    pub fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        let mut all = std::iter::once(name.to_owned()).chain(numbered);
        all.find(|name| !self.is_taken(name)).unwrap_or_default()
    }
}
