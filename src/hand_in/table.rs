//! The rows of a graded folder: as text, and as CSV (RFC 4180).

use std::fmt::Write as _;

use super::judgement::Judgement;

/// The first line of the CSV.
pub const CSV_HEAD: &str = "program,result,wanted,came,why\n";

/// One program.
#[derive(Debug)]
pub struct GradeRow {
    /// Its file.
    pub program: String,
    /// What has come of it.
    pub judgement: Judgement,
}

impl GradeRow {
    /// `passes`, or `fails` with what was wanted, what came, and why.
    pub fn text(&self) -> String {
        let Judgement { wanted, came, why } = &self.judgement;
        let mut text = format!("{}: {}\n", self.program, self.result());
        for (label, lines) in [("wanted", wanted), ("came", came), ("why", why)] {
            for (at, line) in lines.iter().enumerate() {
                let label = if at == 0 { label } else { "" };
                let _ = writeln!(text, "    {label:<8}{line}");
            }
        }
        text
    }

    /// One line of the CSV.
    pub fn csv(&self) -> String {
        let Judgement { wanted, came, why } = &self.judgement;
        let cells = [self.program.clone(), self.result().to_owned(), wanted.join(" "), came.join(" "), why.join(" ")];
        cells.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\n"
    }

    fn result(&self) -> &'static str {
        if self.judgement.passes() { "passes" } else { "fails" }
    }
}

/// A cell. What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let cell = format!("{guard}{cell}");
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// `12 programs: 9 pass, 3 fail.`
pub fn sum(passed: usize, total: usize) -> String {
    let programs = if total == 1 { "program" } else { "programs" };
    format!("{total} {programs}: {passed} pass, {} fail.", total - passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        let judgement = Judgement { wanted: vec!["a, b".into()], came: vec!["\"x\"".into()], why: vec!["=1+1".into()] };
        let row = GradeRow { program: "-x.c".into(), judgement };
        assert_eq!(row.csv(), "'-x.c,fails,\"a, b\",\"\"\"x\"\"\",'=1+1\n");
        assert_eq!(row.text(), "-x.c: fails\n    wanted  a, b\n    came    \"x\"\n    why     =1+1\n");
        assert_eq!(sum(1, 1), "1 program: 1 pass, 0 fail.");
    }
}
