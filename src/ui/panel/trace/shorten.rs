//! A line of the trace that is too long is shortened in its data, as strace does it: `"onetw"..., 4096) = 11`. What the call returned
//! stays whole.

use crate::text;
use crate::ui::words;

/// Letters of a string that stay at least.
const LEAST: usize = 4;

/// The line in at most so many columns, if that can be had by shortening what it quotes.
pub fn line(text: &str, width: u16) -> String {
    let mut text = text.to_owned();
    // What an errno means in words can be looked up.
    if words::width(&text) > width
        && let Some((call, _)) = text.rsplit_once(" (").filter(|(call, _)| is_error(call) && text.ends_with(')'))
    {
        text = call.to_owned();
    }
    // Each time the longest string gives way.
    while words::width(&text) > width {
        let over = usize::from(words::width(&text) - width);
        let Some(shorter) = shorten_longest(&text, over).or_else(|| without_flags(&text)) else { return text };
        text = shorter;
    }
    text
}

/// Where no string can give way, the flags do: `65536, ...) = -1 EAGAIN`.
fn without_flags(text: &str) -> Option<String> {
    let at = text.find(", MSG_")? + 2;
    let flags = text[at..].find([',', ')'])?;
    Some(format!("{}...{}", &text[..at], &text[at + flags..]))
}

/// Whether a line ends with `= -1 EAGAIN`.
fn is_error(line: &str) -> bool {
    line.rsplit_once(" = -1 ").is_some_and(|(_, errno)| errno.starts_with('E') && !errno.contains(' '))
}

/// A quoted string in a line: where its inside begins and ends, in bytes.
#[derive(Debug, Clone, Copy)]
struct Quoted {
    start: usize,
    end: usize,
}

fn shorten_longest(text: &str, over: usize) -> Option<String> {
    let found = quoted(text).into_iter().filter(|quoted| tokens(&text[quoted.start..quoted.end]).len() > LEAST);
    let longest = found.max_by_key(|quoted| quoted.end - quoted.start)?;
    let (inside, rest) = (&text[longest.start..longest.end], &text[longest.end..]);
    let is_cut_already = rest.starts_with("\"...");
    let gone = over + if is_cut_already { 0 } else { 3 };
    let tokens = tokens(inside);
    let (mut kept, mut dropped) = (tokens.len(), 0);
    while kept > LEAST && dropped < gone {
        kept -= 1;
        dropped += usize::from(words::width(tokens[kept]));
    }
    let shorter: String = tokens[..kept].concat();
    let dots = if is_cut_already { rest.to_owned() } else { rest.replacen('"', "\"...", 1) };
    let whole = format!("{}{shorter}{dots}", &text[..longest.start]);
    (words::width(&whole) < words::width(text)).then_some(whole)
}

/// All strings of a line.
fn quoted(text: &str) -> Vec<Quoted> {
    let (mut all, mut start, mut is_escaped) = (Vec::new(), None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (start, byte) {
            _ if std::mem::take(&mut is_escaped) => {}
            (Some(_), b'\\') => is_escaped = true,
            (Some(from), b'"') => {
                all.push(Quoted { start: from, end: at });
                start = None;
            }
            (None, b'"') => start = Some(at + 1),
            _ => {}
        }
    }
    all
}

/// The inside of a string, cut where it may be cut: no escape and no letter is divided.
fn tokens(inside: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = inside;
    while !rest.is_empty() {
        let len = match rest.as_bytes() {
            [b'\\', b'x', ..] => 4,
            [b'\\', digit, more @ ..] if digit.is_ascii_digit() => {
                2 + more.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count()
            }
            [b'\\', ..] => 2,
            _ => text::text(rest).first().map_or(rest.len(), |letter| letter.len),
        };
        let len = (len.clamp(1, rest.len())..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(len);
        tokens.push(token);
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_gives_way_and_the_result_stays() {
        let text = r#"child1  read(wire[1], "onetwothreefour", 4096) = 15"#;
        assert_eq!(line(text, 100), text);
        assert_eq!(line(text, 48), r#"child1  read(wire[1], "onetwothr"..., 4096) = 15"#);
        let failed = "child1  recv(w[1], NULL, 9) = -1 EAGAIN (Resource temporarily unavailable)";
        assert_eq!(line(failed, 60), "child1  recv(w[1], NULL, 9) = -1 EAGAIN");
        assert_eq!(line(text, 10), r#"child1  read(wire[1], "onet"..., 4096) = 15"#);
        let cut = r#"parent  write(wire[0], "xxxxxxxxxxxxxxxx"..., 1000) = 1000"#;
        assert_eq!(line(cut, 52), r#"parent  write(wire[0], "xxxxxxxxxx"..., 1000) = 1000"#);
        let escaped = r#"a  read(b, "\"\x1b\n\342z漢z\"yyy", 9) = 9"#;
        for width in 0..50 {
            let got = line(escaped, width);
            assert!(got.ends_with(") = 9") && got.matches('"').count() >= 2, "{got}");
            assert!(!got.contains("\\\"...") || got.contains(r#"\"\"..."#), "no escape is cut: {got}");
        }
        assert_eq!(line("a  fork() = 4711", 4), "a  fork() = 4711");
    }
}
