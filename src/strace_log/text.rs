//! The pieces of strace's text: arguments split where they end, strings with their escapes, numbers, flags, annotations.

use std::borrow::Cow;

/// What stands between the parentheses of a call, split at its commas, and what stands behind the closing one. None where the
/// parenthesis is not closed.
pub fn arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let end = walk(text, |at, byte, depth| {
        if depth == 0 && byte == b',' {
            found.push(text[start..at].trim());
            start = at + 1;
        }
        depth == 0 && byte == b')'
    })?;
    let last = text[start..end].trim();
    if !last.is_empty() {
        found.push(last);
    }
    Some((found, &text[end + 1..]))
}

/// The same of a text that is cut before the closing parenthesis.
pub fn open_arguments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    walk(text, |at, byte, depth| {
        if depth == 0 && byte == b',' {
            found.push(text[start..at].trim());
            start = at + 1;
        }
        false
    });
    found.push(text[start..].trim());
    found.retain(|part| !part.is_empty());
    found
}

/// A list `[a, b]` or a structure `{a=1, b=2}` as its parts; of anything else one part, itself.
pub fn parts(text: &str) -> Vec<&str> {
    let inside = text.strip_prefix('[').or_else(|| text.strip_prefix('{'));
    let Some(inside) = inside else { return vec![text] };
    let mut found = Vec::new();
    let mut start = 0;
    let end = walk(inside, |at, byte, depth| {
        if depth == 0 && byte == b',' {
            found.push(inside[start..at].trim());
            start = at + 1;
        }
        depth == 0 && matches!(byte, b']' | b'}')
    });
    let last = inside[start..end.unwrap_or(inside.len())].trim();
    if !last.is_empty() {
        found.push(last);
    }
    found
}

/// The value of `name=` in a structure.
pub fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    parts(text).into_iter().find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
}

/// Goes over the text outside of strings, comments and annotations until `stop` says so; `stop` gets place, byte and depth of
/// brackets, a closing one at the depth of its opening.
fn walk(text: &str, mut stop: impl FnMut(usize, u8, usize) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        let byte = bytes[at];
        match byte {
            b'"' => {
                at = end_of_string(bytes, at);
                continue;
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                at = find(bytes, at, b"*/").map_or(bytes.len(), |end| end + 2);
                continue;
            }
            b'<' if begins_annotation(bytes, at) => {
                at = end_of_annotation(bytes, at);
                continue;
            }
            b')' | b']' | b'}' => {
                if depth == 0 {
                    return stop(at, byte, 0).then_some(at);
                }
                depth -= 1;
            }
            _ => {
                if stop(at, byte, depth) {
                    return Some(at);
                }
                depth += usize::from(matches!(byte, b'(' | b'[' | b'{'));
            }
        }
        at += 1;
    }
    None
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    bytes[from..].windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

/// Behind the closing quote of the string that begins here.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `3<pipe:[45]>`, `AT_FDCWD</tmp>`: behind a number or a name; `1<<4` is none.
fn begins_annotation(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    let after = bytes.get(at + 1);
    before.is_some_and(|byte| byte.is_ascii_alphanumeric()) && !matches!(after, None | Some(b'<' | b' ' | b'='))
}

/// Behind the `>` that ends it: brackets in it are jumped over, and so are the smaller annotations of devices.
fn end_of_annotation(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    let mut depth = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'[' if bytes[from..at].ends_with(b":") => {
                at = end_of_bracket(bytes, at);
                continue;
            }
            b'<' => depth += 1,
            b'>' => depth -= 1,
            b'\\' => at += 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

fn end_of_bracket(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b']' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A string of C, and whether it was cut.
pub fn string(text: &str) -> Option<(Vec<u8>, bool)> {
    let bytes = text.trim_start_matches('@').as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let end = end_of_string(bytes, 0);
    let inside = &bytes[1..end.saturating_sub(1).max(1)];
    Some((unescaped(inside), bytes[end..].starts_with(b"...")))
}

/// The bytes that escapes stand for.
pub fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let Some((&escape, behind)) = (byte == b'\\').then(|| after.split_first()).flatten() else {
            bytes.push(byte);
            continue;
        };
        rest = behind;
        match escape {
            b'n' => bytes.push(b'\n'),
            b't' => bytes.push(b'\t'),
            b'r' => bytes.push(b'\r'),
            b'v' => bytes.push(0x0b),
            b'f' => bytes.push(0x0c),
            b'a' => bytes.push(0x07),
            b'b' => bytes.push(0x08),
            b'x' => bytes.push(digits(&mut rest, 16, 2)),
            b'0'..=b'7' => {
                rest = after;
                bytes.push(digits(&mut rest, 8, 3));
            }
            other => bytes.push(other),
        }
    }
    bytes
}

fn digits(rest: &mut &[u8], base: u32, most: usize) -> u8 {
    let mut value = 0_u32;
    for _ in 0..most {
        let Some(digit) = rest.first().and_then(|byte| char::from(*byte).to_digit(base)) else { break };
        value = value * base + digit;
        *rest = &rest[1..];
    }
    u8::try_from(value & 0xff).unwrap_or(0)
}

/// A number: decimal, `0x…`, octal with a leading zero; what stands behind it does not matter.
pub fn number(text: &str) -> Option<i64> {
    let text = value(text);
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (base, digits) = match digits.strip_prefix("0x") {
        Some(hex) => (16, hex),
        None if digits.starts_with('0') && digits[1..].starts_with(|next: char| next.is_digit(8)) => (8, &digits[1..]),
        None => (10, digits),
    };
    let end = digits.find(|letter: char| !letter.is_digit(base)).unwrap_or(digits.len());
    let magnitude = u64::from_str_radix(&digits[..end], base).ok()?;
    Some(sign * magnitude.cast_signed())
}

/// The same as one of C's ints.
pub fn int(text: &str) -> Option<i32> {
    i32::try_from(number(text)?).ok()
}

/// An argument without the name that newer versions print before it: `fd=3`.
pub fn value(text: &str) -> &str {
    match text.split_once('=') {
        Some((name, value))
            if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
        {
            value
        }
        _ => text,
    }
}

/// What stands in the annotation of a descriptor: `pipe:[45]`. Outside of quotes it may be written in escapes as a whole, as
/// `strace -xx` does.
pub fn annotation(text: &str) -> Option<Cow<'_, str>> {
    let written = written_annotation(text)?;
    if written.contains('"') || !written.contains('\\') {
        return Some(Cow::Borrowed(written));
    }
    Some(Cow::Owned(String::from_utf8_lossy(&unescaped(written.as_bytes())).into_owned()))
}

fn written_annotation(text: &str) -> Option<&str> {
    let start = text.find('<')?;
    let bytes = text.as_bytes();
    if !begins_annotation(bytes, start) {
        return None;
    }
    let end = end_of_annotation(bytes, start);
    text.get(start + 1..end.saturating_sub(1).max(start + 1))
}

/// Names joined by `|`, and numbers among them, as bits. A comment that spells a number is left out.
pub fn flags(text: &str, table: &[(&str, i32)]) -> i32 {
    let text = value(text);
    let text = text.split("/*").next().unwrap_or(text);
    let bit = |name: &str| {
        let name = name.trim();
        let known = table.iter().find(|row| row.0 == name).map(|row| row.1);
        known.or_else(|| number(name).and_then(|number| i32::try_from(number).ok())).unwrap_or(0)
    };
    text.split('|').map(bit).fold(0, |all, bit| all | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_end_where_they_end() {
        let text =
            r#"3<UNIX-STREAM:[833435->833431,@"tin,ca\"ns> "]>, "a, b) = 1", {x=1, y=[2, 3]}, 0x2 /* A, B */) = 9"#;
        let (found, rest) = arguments(text).expect("is closed");
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[1], r#""a, b) = 1""#);
        assert_eq!(found[2], "{x=1, y=[2, 3]}");
        assert_eq!(rest, " = 9");
        assert_eq!(arguments("3, <unfinished ...>"), None);
        assert_eq!(arguments(")").expect("is closed").0, Vec::<&str>::new());
    }

    #[test]
    fn an_annotation_may_hold_what_looks_like_its_end() {
        let annotation = |text: &str| annotation(text).map(Cow::into_owned);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(annotation("3<pipe:[45]>"), some("pipe:[45]"));
        assert_eq!(annotation(r"3<\x70\x69\x70\x65\x3a\x5b\x34\x35\x5d>"), some("pipe:[45]"));
        assert_eq!(annotation("1</dev/null<char 1:3>>"), some("/dev/null<char 1:3>"));
        assert_eq!(annotation("4<UNIX:[1->2]>"), some("UNIX:[1->2]"));
        assert_eq!(annotation(r#"4<UNIX-STREAM:[1->2,@"a\">]"]>"#), some(r#"UNIX-STREAM:[1->2,@"a\">]"]"#));
        assert_eq!(annotation("4</etc/group->"), some("/etc/group-"));
        assert_eq!(annotation("1<<21"), None);
        assert_eq!(annotation("7"), None);
    }

    #[test]
    fn strings_have_the_bytes_that_they_spell() {
        assert_eq!(string(r#""a\n\0\0012\x41\"""#), Some((b"a\n\0\x012A\"".to_vec(), false)));
        assert_eq!(string(r#""abc"..."#), Some((b"abc".to_vec(), true)));
        assert_eq!(string("0x7ffd"), None);
        assert_eq!(string("\""), Some((Vec::new(), false)));
    }

    #[test]
    fn numbers_and_flags_are_read_with_what_stands_around_them() {
        assert_eq!(number("3<pipe:[1]>"), Some(3));
        assert_eq!(number("fd=3"), Some(3));
        assert_eq!(number("0<pipe:[1]>"), Some(0));
        assert_eq!(number("0x10"), Some(16));
        assert_eq!(number("0644"), Some(0o644));
        assert_eq!(number("-1"), Some(-1));
        assert_eq!(number("NULL"), None);
        assert_eq!(number("18446744073709551615"), Some(-1));
        let table = [("A", 1), ("B", 2)];
        assert_eq!(flags("A|B|0x8", &table), 11);
        assert_eq!(flags("0x3 /* A|B */", &table), 3);
        assert_eq!(flags("0", &table), 0);
    }

    #[test]
    fn structures_have_fields() {
        let text = r#"{msg_name=NULL, msg_iov=[{iov_base="x", iov_len=1}], msg_flags=0}"#;
        assert_eq!(field(text, "msg_iov"), Some(r#"[{iov_base="x", iov_len=1}]"#));
        assert_eq!(field(text, "msg_flags"), Some("0"));
        assert_eq!(parts("[3, 4]"), ["3", "4"]);
        assert_eq!(parts("[]"), Vec::<&str>::new());
    }
}
