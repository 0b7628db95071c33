//! A map whose copies share what neither side has changed since, so that a moment kept of the past costs no more than what
//! changed after it.

use std::collections::BTreeMap;
use std::rc::Rc;

/// Values by identity, in its order.
#[derive(Debug, Clone)]
pub struct SharedMap<K, V>(BTreeMap<K, Rc<V>>);

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, V: Clone> SharedMap<K, V> {
    /// A value.
    pub fn get(&self, id: &K) -> Option<&V> {
        self.0.get(id).map(AsRef::as_ref)
    }

    /// A value, to be changed.
    pub fn get_mut(&mut self, id: &K) -> Option<&mut V> {
        self.0.get_mut(id).map(Rc::make_mut)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them in order.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.0.values().map(AsRef::as_ref)
    }

    /// Those of which something is so, to be changed: the others stay shared.
    pub fn values_mut_where(&mut self, is_so: impl Fn(&V) -> bool) -> impl Iterator<Item = &mut V> {
        self.0.values_mut().filter(move |value| is_so(value)).map(Rc::make_mut)
    }

    /// One more.
    pub fn insert(&mut self, id: K, value: V) {
        self.0.insert(id, Rc::new(value));
    }

    /// One less.
    pub fn remove(&mut self, id: &K) -> Option<V> {
        self.0.remove(id).map(Rc::unwrap_or_clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_shares_what_neither_side_has_changed_since() {
        let mut now = SharedMap::default();
        for id in 0..4 {
            now.insert(id, id.to_string());
        }
        let mut then = now.clone();
        now.get_mut(&1).unwrap().push('!');
        now.values_mut_where(|value| value == "2").for_each(|value| value.push('?'));
        assert_eq!(then.remove(&3).as_deref(), Some("3"));
        let all = |map: &SharedMap<i32, String>| map.values().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!((all(&now), all(&then)), ("0 1! 2? 3".to_owned(), "0 1 2".to_owned()));
        let is_shared = |id: &i32| Rc::ptr_eq(&now.0[id], &then.0[id]);
        assert_eq!([0, 1, 2].map(|id| is_shared(&id)), [true, false, false]);
    }
}
