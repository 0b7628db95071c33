//! How the rows inside a channel's panel are shared by its two directions.

use super::BoxForm;

/// What there is of a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// No byte can go this way.
    Impossible,
    /// Nothing went this way yet.
    Idle,
    /// Something did.
    Used,
    /// Something did, and waits.
    Waiting,
}

/// How a direction is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Not at all.
    Nothing,
    /// In one dim line that says that there is nothing.
    Note,
    /// In one line with its headings in it.
    Labelled,
    /// Headings, and one line below them.
    Line,
    /// Headings, and so many rows of boxes below them.
    Boxes {
        /// How many.
        rows: u16,
        /// How they are drawn.
        form: BoxForm,
    },
}

impl Shape {
    /// Rows that it takes.
    pub fn height(self) -> u16 {
        match self {
            Self::Nothing => 0,
            Self::Note | Self::Labelled => 1,
            Self::Line => 2,
            Self::Boxes { rows, form } => 1 + form.height() * rows,
        }
    }
}

/// How both directions are drawn in so many rows: to the right, to the left. Boxes are large where that is wanted and all fit.
pub fn shapes(rows: u16, [right, left]: [Activity; 2], wants_large: bool) -> [Shape; 2] {
    let is_quiet = |activity: Activity| matches!(activity, Activity::Idle | Activity::Impossible);
    match (is_quiet(right), is_quiet(left)) {
        (false, false) => both(rows, [right, left], wants_large),
        (true, false) => reversed(one(rows, Shape::Note, wants_large)),
        (true, true) if right == Activity::Impossible => reversed(one(rows, Shape::Note, wants_large)),
        // Where nothing has happened yet, the headings say what will stand where.
        (_, true) => one(rows, Shape::Note, wants_large),
    }
}

fn reversed([first, second]: [Shape; 2]) -> [Shape; 2] {
    [second, first]
}

/// One direction that matters, and the other.
fn one(rows: u16, other: Shape, wants_large: bool) -> [Shape; 2] {
    let form = if wants_large && rows > 1 + BoxForm::Large.height() { BoxForm::Large } else { BoxForm::Boxes };
    match rows {
        0 => [Shape::Nothing; 2],
        1 => [Shape::Labelled, Shape::Nothing],
        2 => [Shape::Labelled, other],
        3 => [Shape::Line, other],
        4 => [Shape::Boxes { rows: 1, form }, Shape::Nothing],
        _ => [Shape::Boxes { rows: (rows - 2) / form.height(), form }, other],
    }
}

/// Two that matter.
fn both(rows: u16, [right, left]: [Activity; 2], wants_large: bool) -> [Shape; 2] {
    let boxes = |rows: u16| Shape::Boxes { rows, form: BoxForm::Boxes };
    let (large, small) = (BoxForm::Large.height(), BoxForm::Boxes.height());
    match rows {
        _ if wants_large && rows >= 2 + 2 * large => {
            let all = (rows - 2) / large;
            [all.div_ceil(2), all / 2].map(|rows| Shape::Boxes { rows, form: BoxForm::Large })
        }
        0 => [Shape::Nothing; 2],
        // What waits is what comes next.
        1 if left == Activity::Waiting && right != Activity::Waiting => [Shape::Nothing, Shape::Labelled],
        1 => [Shape::Labelled, Shape::Nothing],
        2 | 3 => [Shape::Labelled, Shape::Labelled],
        4 => [Shape::Line, Shape::Line],
        5 => [boxes(1), Shape::Labelled],
        6 | 7 => [boxes(1), Shape::Line],
        _ => {
            let all = (rows - 2) / small;
            [boxes(all.div_ceil(2)), boxes(all / 2)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Activity; 4] = [Activity::Impossible, Activity::Idle, Activity::Used, Activity::Waiting];

    #[test]
    fn what_was_carried_is_always_shown_and_no_more_rows_are_used_than_there_are() {
        for right in ALL {
            for left in ALL {
                for (rows, wants_large) in (1..60).flat_map(|rows| [(rows, false), (rows, true)]) {
                    let shapes = shapes(rows, [right, left], wants_large);
                    assert!(shapes.iter().map(|shape| shape.height()).sum::<u16>() <= rows, "{rows} {shapes:?}");
                    for (shape, activity) in shapes.into_iter().zip([right, left]) {
                        let is_busy = matches!(activity, Activity::Used | Activity::Waiting);
                        let is_shown = !matches!(shape, Shape::Nothing | Shape::Note);
                        assert!(!is_busy || is_shown || rows == 1, "{rows} {right:?} {left:?} {shapes:?}");
                    }
                    // A direction that carries nothing takes one line beside one that does.
                    if right == Activity::Used && left == Activity::Idle && rows > 4 {
                        assert_eq!(shapes[1], Shape::Note);
                    }
                }
            }
        }
    }

    #[test]
    fn no_row_of_boxes_is_left_over() {
        for rows in 8..60 {
            let used: u16 = shapes(rows, [Activity::Used; 2], false).iter().map(|shape| shape.height()).sum();
            assert!(rows - used < BoxForm::Boxes.height(), "{rows}");
        }
    }
}
