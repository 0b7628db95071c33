//! The matrix as one JSON object: the kernel, and every row with its cells; each cell has the script that made it.

use serde_json::{Map, Value, json};

use super::ask::ToldAnswer;
use super::{Cell, CellResult, FoundRow};
use crate::kind::Kind;

/// The object, with a newline behind it.
pub fn render(found: &CellResult) -> String {
    let rows: Vec<Value> =
        found.groups.iter().flat_map(|group| group.rows.iter().map(|row| row_keys(group.title, row))).collect();
    let whole = json!({ "kernel": found.kernel, "rows": rows });
    format!("{whole:#}\n")
}

fn row_keys(group: &str, row: &FoundRow) -> Value {
    let cells: Map<String, Value> = Kind::CHANNELS
        .iter()
        .zip(&row.cells)
        .map(|(column, cell)| (column.word().to_owned(), cell_keys(cell)))
        .collect();
    json!({
        "row": row.row.id, "title": row.row.title, "group": group, "asked": row.row.questions(), "cells": cells,
    })
}

fn cell_keys(cell: &Cell) -> Value {
    match cell {
        Cell::Meaningless(reason) => json!({ "answer": null, "script": null, "reason": reason }),
        Cell::Denied(reason) => json!({ "answer": null, "script": null, "denied": reason }),
        Cell::Found(answered) => {
            let whole: Vec<String> = answered.answers.iter().map(|told| told.words.join(", ")).collect();
            let answers: Vec<Value> = answered.answers.iter().map(told_keys).collect();
            json!({ "answer": whole.join("; "), "answers": answers, "script": answered.script })
        }
    }
}

fn told_keys(told: &ToldAnswer) -> Value {
    json!({ "words": told.words, "of_this_kernel": told.is_of_this_kernel })
}
