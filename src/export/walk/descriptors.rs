//! The variables that hold descriptors: `wire_fd[0]`, `server_fd`; of each process which variable holds which number.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::word;

/// All variables, and who has what in them.
#[derive(Debug, Default)]
pub struct Descriptors {
    /// Each variable with whether it is an array of two.
    pub variables: Vec<(String, bool)>,
    /// By process.
    tables: BTreeMap<i32, Rc<VariableTable>>,
}

/// A variable for a descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Which of the array of two that it is.
    pub index: Option<usize>,
}

impl Variable {
    /// The one that is named after an end.
    fn of(end: &str) -> Self {
        let (base, index) = match end.split_once('[') {
            Some((base, index)) => (base, index.trim_end_matches(']').parse().ok()),
            None => (end, None),
        };
        Self { name: format!("{}_fd", word(base)), index }
    }
}

/// Numbers of one process and their variables; a closed one keeps its own, by which it is found to be closed.
#[derive(Debug, Clone, Default)]
pub struct VariableTable {
    open: BTreeMap<i32, Variable>,
    closed: BTreeMap<i32, Variable>,
}

impl VariableTable {
    /// The variable of a number.
    pub fn variable(&self, fd: i32) -> Option<&Variable> {
        self.open.get(&fd).or_else(|| self.closed.get(&fd))
    }
}

impl Descriptors {
    /// What a process has now.
    pub fn table(&self, pid: i32) -> Rc<VariableTable> {
        self.tables.get(&pid).cloned().unwrap_or_default()
    }

    /// A number that a process has for the end of this name.
    pub fn number(&self, pid: i32, end: &str) -> Option<i32> {
        let own = Variable::of(end);
        self.tables.get(&pid)?.open.iter().find(|(_, variable)| **variable == own).map(|(fd, _)| *fd)
    }

    /// An array for both ends of a new pair.
    pub fn array(&mut self, name: &str) -> String {
        self.variable(&format!("{}_fd", word(name)), true)
    }

    /// A variable for one more number of a process that refers to the end of this name.
    pub fn add(&mut self, pid: i32, fd: i32, end: &str) -> Variable {
        let own = Variable::of(end);
        let (base, index) = (own.name.trim_end_matches("_fd").to_owned(), own.index);
        let table = self.table(pid);
        let is_used = |variable: &Variable| table.open.values().any(|used| used == variable);
        let variable = if is_used(&own) {
            let index = index.map(|index: usize| format!("_{index}")).unwrap_or_default();
            let copies = (1..=i32::MAX).map(|number| format!("{base}{index}_copy{number}_fd"));
            let copy = copies.map(|name| Variable { name, index: None }).find(|copy| !is_used(copy));
            let name = self.variable(&copy.unwrap_or(own).name, false);
            Variable { name, index: None }
        } else {
            Variable { name: self.variable(&own.name, own.index.is_some()), index: own.index }
        };
        self.put(pid, fd, variable.clone());
        variable
    }

    /// A process has this number now.
    pub fn put(&mut self, pid: i32, fd: i32, variable: Variable) {
        let table = Rc::make_mut(self.tables.entry(pid).or_default());
        table.closed.remove(&fd);
        // What the variable had before is known by its number alone.
        table.closed.retain(|_, closed| *closed != variable);
        table.open.insert(fd, variable);
    }

    /// It has it no longer.
    pub fn close(&mut self, pid: i32, fd: i32) {
        let table = Rc::make_mut(self.tables.entry(pid).or_default());
        if let Some(variable) = table.open.remove(&fd) {
            table.closed.insert(fd, variable);
        }
    }

    /// The numbers that a process has from one to another.
    pub fn open_in(&self, pid: i32, first: u32, last: u32) -> Vec<i32> {
        let table = self.table(pid);
        let open = table.open.keys().copied();
        open.filter(|fd| u32::try_from(*fd).is_ok_and(|fd| (first..=last).contains(&fd))).collect()
    }

    /// A child has what its parent has.
    pub fn fork(&mut self, parent: i32, child: i32) {
        let table = self.table(parent);
        self.tables.insert(child, table);
    }

    /// What a process has to write to its variables when it has lost them: after execve(2) the numbers are what they were.
    pub fn assignments(&self, pid: i32) -> Vec<(Variable, i32)> {
        let table = self.table(pid);
        table.closed.iter().chain(&table.open).map(|(fd, variable)| (variable.clone(), *fd)).collect()
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
