//! The variables that hold descriptors: `wire_fd[0]`, `server_fd`; of each process which variable holds which number.

use std::collections::BTreeMap;

use super::literal;

/// All variables, and who has what in them.
#[derive(Debug, Default)]
pub struct Descriptors {
    /// Each variable with whether it is an array of two.
    variables: Vec<(String, bool)>,
    /// By process.
    tables: BTreeMap<i32, Table>,
}

/// Numbers of one process and what they are written as; a closed one keeps its name, by which it is found to be closed.
#[derive(Debug, Clone, Default)]
struct Table {
    open: BTreeMap<i32, String>,
    closed: BTreeMap<i32, String>,
}

impl Descriptors {
    /// The variables, declared.
    pub fn declarations(&self) -> Vec<String> {
        let declared =
            |(name, is_array): &(String, bool)| format!("static int {name}{};", if *is_array { "[2]" } else { "" });
        self.variables.iter().map(declared).collect()
    }

    /// How a process writes a number.
    pub fn written(&self, pid: i32, fd: i32) -> String {
        let table = self.tables.get(&pid);
        let known = table.and_then(|table| table.open.get(&fd).or_else(|| table.closed.get(&fd)));
        known.map_or_else(|| fd.to_string(), Clone::clone)
    }

    /// An array for both ends of a new pair.
    pub fn array(&mut self, name: &str) -> String {
        self.variable(&format!("{}_fd", literal::name(name)), true)
    }

    /// A variable for one more number of a process that refers to the end of this name.
    pub fn add(&mut self, pid: i32, fd: i32, end: &str) -> String {
        let (base, index) = match end.split_once('[') {
            Some((base, index)) => (base, Some(index.trim_end_matches(']').to_owned())),
            None => (end, None),
        };
        let base = literal::name(base);
        let own = match &index {
            Some(index) => format!("{base}_fd[{index}]"),
            None => format!("{base}_fd"),
        };
        let is_used =
            |name: &str| self.tables.get(&pid).is_some_and(|table| table.open.values().any(|used| used == name));
        let written = if is_used(&own) {
            let index = index.map(|index| format!("_{index}")).unwrap_or_default();
            let copy =
                (1..=i32::MAX).map(|number| format!("{base}{index}_copy{number}_fd")).find(|name| !is_used(name));
            self.variable(&copy.unwrap_or_default(), false)
        } else {
            self.variable(own.split('[').next().unwrap_or(&own), index.is_some());
            own
        };
        self.put(pid, fd, written.clone());
        written
    }

    /// A process has this number now.
    pub fn put(&mut self, pid: i32, fd: i32, written: String) {
        let table = self.tables.entry(pid).or_default();
        table.closed.remove(&fd);
        table.open.insert(fd, written);
    }

    /// It has it no longer.
    pub fn close(&mut self, pid: i32, fd: i32) {
        let table = self.tables.entry(pid).or_default();
        if let Some(written) = table.open.remove(&fd) {
            table.closed.insert(fd, written);
        }
    }

    /// The numbers that a process has from one to another.
    pub fn open_in(&self, pid: i32, first: u32, last: u32) -> Vec<i32> {
        let table = self.tables.get(&pid);
        let open = table.into_iter().flat_map(|table| table.open.keys().copied());
        open.filter(|fd| u32::try_from(*fd).is_ok_and(|fd| (first..=last).contains(&fd))).collect()
    }

    /// A child has what its parent has.
    pub fn fork(&mut self, parent: i32, child: i32) {
        let table = self.tables.get(&parent).cloned().unwrap_or_default();
        self.tables.insert(child, table);
    }

    /// What a process has to write to its variables when it has lost them: after execve(2) the numbers are what they were.
    pub fn assignments(&self, pid: i32) -> Vec<String> {
        let table = self.tables.get(&pid);
        let open = table.into_iter().flat_map(|table| table.closed.iter().chain(&table.open));
        open.map(|(fd, written)| format!("{written} = {fd};")).collect()
    }

    fn variable(&mut self, name: &str, is_array: bool) -> String {
        if !self.variables.iter().any(|known| known.0 == name && known.1 == is_array) {
            let is_taken = self.variables.iter().any(|known| known.0 == name);
            let name = if is_taken { format!("{name}_{}", self.variables.len()) } else { name.to_owned() };
            self.variables.push((name.clone(), is_array));
            return name;
        }
        name.to_owned()
    }
}
