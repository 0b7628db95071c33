//! Where the columns of the lens stand: in equal shares, but an error gets the room that it needs as long as the others keep enough.

use super::LensColumn;

/// Columns of the screen that each kind keeps at least where another needs more than its share.
const LEAST: u16 = 7;

/// Where the columns are.
pub(super) struct LensPlaces<'a> {
    pub columns: &'a [LensColumn<'a>],
    /// The first column of the screen of each, and the one behind the last.
    bounds: Vec<u16>,
}

impl<'a> LensPlaces<'a> {
    /// From a column of the screen on, so many wide; how many each needs for the widest error that is said of it.
    pub fn of(columns: &'a [LensColumn<'a>], (first, wide): (u16, u16), needs: impl Fn(usize) -> u16) -> Self {
        let needs: Vec<u16> = (0..columns.len()).map(needs).collect();
        let mut bounds = vec![first];
        for share in shares(&needs, wide) {
            bounds.push(bounds[bounds.len() - 1] + share);
        }
        Self { columns, bounds }
    }

    pub fn x_of(&self, column: usize) -> u16 {
        self.bounds[column]
    }

    /// Columns of the screen, with the blank behind it.
    pub fn wide(&self, column: usize) -> u16 {
        self.bounds[column + 1] - self.bounds[column]
    }
}

/// So many columns of the screen shared out: who needs more than an equal share gets that, the others share what is left.
fn shares(needs: &[u16], wide: u16) -> Vec<u16> {
    let of = |count: usize| u16::try_from(count).unwrap_or(1).max(1);
    let mut has_more = vec![false; needs.len()];
    loop {
        let taken: u16 = needs.iter().zip(&has_more).filter(|(_, has_more)| **has_more).map(|(need, _)| need).sum();
        let others = has_more.iter().filter(|has_more| !**has_more).count();
        let each = wide.saturating_sub(taken) / of(others);
        if taken > wide || (others > 0 && each < LEAST) {
            return vec![wide / of(needs.len()); needs.len()];
        }
        let Some(short) = (0..needs.len()).find(|at| !has_more[*at] && needs[*at] > each) else {
            return needs.iter().zip(has_more).map(|(need, has_more)| if has_more { *need } else { each }).collect();
        };
        has_more[short] = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_gets_its_room_from_those_who_say_less() {
        assert_eq!(shares(&[0, 0, 0, 0, 0], 51), [10; 5]);
        assert_eq!(shares(&[10, 0, 9, 0, 0], 51), [10; 5], "an equal share is enough");
        assert_eq!(shares(&[0, 15, 0, 0, 0], 51), [9, 15, 9, 9, 9]);
        assert_eq!(shares(&[10, 15, 0, 0, 0], 51), [10, 15, 8, 8, 8]);
        assert_eq!(shares(&[0, 15, 15, 0, 0], 51), [7, 15, 15, 7, 7]);
        assert_eq!(shares(&[15, 15, 15, 0, 0], 51), [10; 5], "not at the cost of all the others");
    }
}
