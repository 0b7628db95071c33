//! The matrix as one page to be printed: a table a group, the heading on each sheet, no network.

use std::fmt::Write as _;

use super::ask::ToldAnswer;
use super::{Cell, CellResult, FoundRow};
use crate::kind::Kind;
use crate::text::in_markup;

/// Landscape, so that five columns have room; a row is never cut in two.
const STYLE: &str = "@page{size:A4 landscape;margin:10mm}body{font:9pt/1.3 system-ui,sans-serif;margin:1em;color:#000;background:#fff}\
                     h1{font-size:14pt}h2{font-size:11pt;margin:1em 0 .3em;break-after:avoid}table{border-collapse:collapse;width:100%}\
                     th,td{border:1px solid #888;padding:2px 4px;text-align:left;vertical-align:top}thead{display:table-header-group}\
                     tr{break-inside:avoid}code{font:8pt ui-monospace,monospace;white-space:pre-wrap}th{background:#eee}";

/// The whole page.
pub fn render(found: &CellResult) -> String {
    let kernel = in_markup(&found.kernel);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>What Linux {kernel} does</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>What Linux {kernel} does</h1>\n\
         <p>Found out by running every cell.</p>\n"
    );
    for group in &found.groups {
        let _ = write!(
            text,
            "<h2>{}</h2>\n<table>\n<thead><tr><th scope=\"col\">situation</th><th scope=\"col\">asked</th>",
            in_markup(group.title)
        );
        for column in Kind::CHANNELS {
            let _ = write!(text, "<th scope=\"col\">{}</th>", in_markup(column.heading()));
        }
        text.push_str("</tr></thead>\n<tbody>\n");
        group.rows.iter().for_each(|row| write_row(&mut text, found, row));
        text.push_str("</tbody>\n</table>\n");
    }
    text.push_str("<ul>\n");
    for note in found.notes() {
        let _ = writeln!(text, "<li>{}</li>", in_markup(&note));
    }
    text + "</ul>\n</main>\n</body>\n</html>\n"
}

fn write_row(text: &mut String, found: &CellResult, row: &FoundRow) {
    let questions: Vec<String> = row.row.questions().iter().map(|question| code(question)).collect();
    let (id, title) = (in_markup(row.row.id), in_markup(row.row.title));
    let _ = write!(text, "<tr><th scope=\"row\"><code>{id}</code> {title}</th><td>{}</td>", questions.join("<br>"));
    for cell in &row.cells {
        let words = match cell {
            Cell::Meaningless(reason) => in_markup(&found.dash(reason)),
            Cell::Denied(reason) => in_markup(&found.dash(reason)),
            Cell::Found(answered) => answered.answers.iter().map(answer).collect::<Vec<_>>().join("<br>"),
        };
        let _ = write!(text, "<td>{words}</td>");
    }
    text.push_str("</tr>\n");
}

fn answer(told: &ToldAnswer) -> String {
    told.marked().iter().map(|word| code(word)).collect::<Vec<_>>().join(", ")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", in_markup(text))
}
