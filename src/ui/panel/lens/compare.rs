//! What can be compared, and what most say.

use super::LISTED;
use crate::world::ledger::Flow;

/// Bytes of one write that are compared.
const COMPARED: usize = 64;

/// Of each flow, whether the same was written into it as into most of those into which anything was. Like can be compared with like
/// alone.
pub fn alike(flows: &[Option<&Flow>]) -> Vec<bool> {
    let count = |flow: &Flow| flows.iter().flatten().filter(|other| is_alike(flow, other)).count();
    let written = || flows.iter().flatten().filter(|flow| flow.totals.writes > 0);
    let most = written().map(|flow| count(flow)).max();
    let model = written().find(|flow| Some(count(flow)) == most);
    flows.iter().map(|flow| flow.is_some_and(|flow| model.is_none_or(|model| is_alike(flow, model)))).collect()
}

/// Whether the same was written into both, as far as that is remembered.
fn is_alike(one: &Flow, other: &Flow) -> bool {
    let last = |flow: &Flow| -> Vec<(u64, Vec<u8>)> {
        let writes = flow.writes.iter().rev().take(LISTED);
        writes.map(|write| (write.offered, write.bytes(0, write.offered, COMPARED))).collect()
    };
    one.totals.writes == other.totals.writes && last(one).iter().zip(&last(other)).all(|(one, other)| one == other)
}

/// What most of the columns say; of equals what stands first.
pub fn usual(cells: &[Option<String>]) -> Option<&String> {
    let said = cells.iter().flatten();
    let count = |text: &String| cells.iter().flatten().filter(|other| *other == text).count();
    let most = said.clone().map(count).max()?;
    said.clone().find(|text| count(text) == most)
}
