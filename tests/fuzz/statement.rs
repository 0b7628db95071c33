//! Text as a script: what parses says the same when it is written out and read again, what does not has its place in the text;
//! bytes written as a string of the language read back.

use tincans::script::words::quote;
use tincans::script::{MAX_STATEMENT, Statement, Verb, parse};

/// Bytes that are tried as DATA.
const MOST: usize = 4096;

pub fn check(data: &[u8]) {
    match parse::script(data) {
        Ok(all) => {
            let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
            let mut before = 0;
            for statement in &all {
                assert!(statement.line > before, "lines ascend: {} after {before}", statement.line);
                before = statement.line;
                let line = lines.get(before as usize - 1).expect("a line of the script");
                reads_again(statement, &String::from_utf8_lossy(line));
            }
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let text = String::from_utf8_lossy(data);
            let line = text.split('\n').nth(error.line as usize - 1).expect("the error's line is in the script");
            let most = line.chars().count() + 2;
            assert!((1..=most).contains(&(error.column as usize)), "column {} of {most}", error.column);
        }
    }
    let bytes = &data[..data.len().min(MOST)];
    let written = format!("write @3 {}", quote(bytes));
    let read = parse::statement(&written, 1).expect("what is quoted parses").expect("it is a statement");
    let Verb::Write { data, .. } = read.verb else { panic!("{written} is no write") };
    assert_eq!(data.word, bytes, "{written}");
}

fn reads_again(statement: &Statement, line: &str) {
    assert!(line.contains(&statement.text), "{:?} stands in its line {line:?}", statement.text);
    let wants: Vec<&str> = statement.expectations.iter().map(|expectation| expectation.text.as_str()).collect();
    let joined = wants.join(", ");
    let written = if wants.is_empty() { statement.text.clone() } else { format!("{} => {joined}", statement.text) };
    if written.len() <= MAX_STATEMENT {
        let read = parse::statement(&written, statement.line);
        assert_eq!(read.as_ref(), Ok(&Some(statement.clone())), "{written}");
    }
    if !wants.is_empty() && joined.len() < MAX_STATEMENT {
        let read = parse::expectations(&joined, &statement.verb, statement.line);
        assert_eq!(read.as_ref(), Ok(&statement.expectations), "{joined}");
    }
}
