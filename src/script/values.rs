//! The smallest parts of the language: numbers, names, ends, addresses, signals, DATA. Each takes text and says either what
//! it means or, in words, what would be right.

use crate::abi::Signal;
use crate::script::words::{Word, WordKind};
use crate::script::{Address, Data, EndName, EndRef, MAX_DATA, Number};

/// The longest name of a task, a channel, a socket or an address.
pub const MAX_NAME: usize = 32;

/// `3`, `-1`, `64KiB`, `$n`, `$n-32`; none where it is no number or does not fit 64 bits.
pub fn number(text: &str) -> Option<Number> {
    let Some(rest) = text.strip_prefix('$') else { return literal(text).map(Number::Literal) };
    let (name, offset) = match rest.find(['+', '-']) {
        None => (rest, 0),
        Some(at) => {
            let amount = unsigned(&rest[at + 1..])?;
            (&rest[..at], if rest[at..].starts_with('-') { -amount } else { amount })
        }
    };
    let good = is_name(name) && !name.contains('-');
    good.then(|| Number::Captured(name.to_owned(), offset))
}

/// A number written out.
pub fn literal(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(rest) => unsigned(rest).map(|n| -n),
        None => unsigned(text),
    }
}

fn unsigned(text: &str) -> Option<i64> {
    let (digits, unit) = match (text.strip_suffix("KiB"), text.strip_suffix("MiB")) {
        (Some(digits), _) => (digits, 1024),
        (_, Some(digits)) => (digits, 1024 * 1024),
        (None, None) => (text, 1),
    };
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits { digits.parse::<i64>().ok()?.checked_mul(unit) } else { None }
}

/// Whether this may be the name of something on the bench.
pub fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// The name of something on the bench.
pub fn name(text: &str) -> Result<String, String> {
    if is_name(text) {
        return Ok(text.to_owned());
    }
    Err(format!("{} is no name, a name is a letter, then letters, digits, _ or -, {MAX_NAME} at most", shown(text)))
}

/// `chat[0]`, `server`, each with or without `@FD`; `@FD`.
pub fn end(text: &str) -> Result<EndRef, String> {
    let (before, fd) = match text.split_once('@') {
        None => (text, None),
        Some((before, fd)) => (before, Some(descriptor(fd, before.is_empty())?)),
    };
    match (before, fd) {
        ("", Some(fd)) => Ok(EndRef::Raw(fd)),
        (before, fd) => Ok(EndRef::Named { name: end_name(before, text)?, fd }),
    }
}

fn descriptor(text: &str, raw: bool) -> Result<i32, String> {
    let number = literal(text).and_then(|number| i32::try_from(number).ok());
    number.filter(|&fd| raw || fd >= 0).ok_or_else(|| format!("`@{text}` is no descriptor, write a number as in @7"))
}

fn end_name(text: &str, whole: &str) -> Result<EndName, String> {
    let wrong = || format!("{} is no end, write one as chat[0], chat[1], server or @7", shown(whole));
    let (name, index) = match text.split_once('[') {
        None => (text, None),
        Some((name, "0]")) => (name, Some(0)),
        Some((name, "1]")) => (name, Some(1)),
        Some((name, _)) if is_name(name) => return Err(format!("a channel has two ends, {name}[0] and {name}[1]")),
        Some(_) => return Err(wrong()),
    };
    if is_name(name) { Ok(EndName { name: name.to_owned(), index }) } else { Err(wrong()) }
}

/// `@name`, `name`, `"@a\0b"`, `"a b"`. How long it is, is the kernel's business.
pub fn address(word: &Word) -> Result<Address, String> {
    match &word.kind {
        WordKind::Quoted { before, bytes } if !before.ends_with('*') => quoted_address(&word.text, bytes),
        WordKind::Quoted { .. } => Err(format!("{} is no address, it is written once", shown(&word.text))),
        WordKind::Bare | WordKind::Arrow | WordKind::Comma => bare_address(&word.text),
    }
}

/// `@name` or `name`.
pub fn bare_address(text: &str) -> Result<Address, String> {
    let bare = text.strip_prefix('@').unwrap_or(text);
    let letters = bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    let begins = bare.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    if !letters || !begins {
        return Err(format!(
            "{} is no address, write @name or name with letters and digits, or \"any bytes\"",
            shown(text)
        ));
    }
    let bare_name = bare.as_bytes().to_vec();
    Ok(if text.starts_with('@') { Address::Abstract(bare_name) } else { Address::File(bare_name) })
}

/// The bytes between quotes: `@` or a zero byte begins an abstract name. A file stays in the run's private folder.
pub fn quoted_address(text: &str, bytes: &[u8]) -> Result<Address, String> {
    if let [b'@' | 0, name @ ..] = bytes {
        return Ok(Address::Abstract(name.to_vec()));
    }
    let file = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    if file.is_empty() || file.contains(&b'/') || file == b"." || file == b".." {
        return Err(format!("{} is no address, a file's name has no / and is not . or ..", shown(text)));
    }
    Ok(Address::File(bytes.to_vec()))
}

/// A file in the run's private folder, as it is shown.
pub fn file(word: &Word) -> Result<String, String> {
    match address(word)? {
        address @ Address::File(_) => Ok(address.shown()),
        Address::Abstract(_) => Err(format!("{} is no file, an abstract name has none", shown(&word.text))),
    }
}

/// `SIGTERM`, `TERM`, `term`, `15`, `SIGRTMIN+1`.
pub fn signal(text: &str) -> Result<Signal, String> {
    let upper = text.to_ascii_uppercase();
    let realtime = upper.trim_start_matches("SIG").strip_prefix("RTMIN+").and_then(literal);
    let found = match realtime {
        Some(number @ 0..=30) => Signal::from_name(&(34 + number).to_string()),
        Some(_) => None,
        None => Signal::from_name(&upper),
    };
    found.ok_or_else(|| format!("{} is no signal, write SIGTERM, TERM or 15", shown(text)))
}

/// A bare word, a string, `N*word`, `N*"string"`.
pub fn data(word: &Word) -> Result<Data, String> {
    let (times, bytes) = match &word.kind {
        WordKind::Quoted { before, .. } if before.ends_with('=') => {
            return Err(format!("{} is no DATA, put a space before the quote", shown(&word.text)));
        }
        WordKind::Quoted { before, bytes } => (before.strip_suffix('*'), bytes.as_slice()),
        WordKind::Bare | WordKind::Arrow | WordKind::Comma => match word.text.split_once('*') {
            Some((times, rest)) if number(times).is_some() => (Some(times), rest.as_bytes()),
            _ => (None, word.text.as_bytes()),
        },
    };
    let times = match times {
        None => Number::Literal(1),
        Some(text) => number(text).ok_or_else(|| format!("{} is no number of times, as in 3*ab", shown(text)))?,
    };
    if word.kind == WordKind::Bare && bytes.is_empty() {
        return Err("there is nothing to repeat, write a word after the *, as in 3*ab".to_owned());
    }
    if let Number::Literal(count) = times {
        let total = u64::try_from(count).ok().and_then(|count| count.checked_mul(bytes.len() as u64));
        if total.is_none_or(|total| total > MAX_DATA) {
            return Err(format!(
                "{} is too much or too little, {MAX_DATA} bytes (16MiB) is the most",
                shown(&word.text)
            ));
        }
    }
    Ok(Data { word: bytes.to_vec(), times })
}

/// A word as an error message shows it: in quotes, and cut where it is long.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut letters: String = text.chars().filter(|&c| !crate::text::is_hidden(c)).take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        letters.push_str("...");
    }
    format!("`{letters}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units_and_captures_have_offsets() {
        let captured = |offset| Some(Number::Captured("n".into(), offset));
        for (text, want) in [
            ("3", Some(Number::Literal(3))),
            ("-1", Some(Number::Literal(-1))),
            ("64KiB", Some(Number::Literal(65536))),
            ("2MiB", Some(Number::Literal(2 << 20))),
            ("$n", captured(0)),
            ("$n-32", captured(-32)),
            ("$n+1KiB", captured(1024)),
            ("$", None),
            ("$n-", None),
            ("0x10", None),
            ("KiB", None),
            ("+3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(number(text), want, "{text}");
        }
    }

    #[test]
    fn ends_are_named_or_raw() {
        for text in ["chat[0]", "chat[1]@7", "server", "server@3", "@7", "@-1"] {
            assert_eq!(end(text).unwrap().to_string(), text);
        }
        for text in ["chat[2]", "chat[0", "chat[]", "[0]", "", "@", "@x", "chat[0]@", "chat[0]@-1", "1a[0]"] {
            assert!(end(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_never_leaves_its_folder() {
        for text in ["..", "a/b", "@", "", ".", "/tmp/x", "@a b"] {
            assert!(bare_address(text).is_err(), "{text}");
        }
        for bytes in [&b""[..], b"..", b".", b"a/b", b"/tmp/x", b"..\0x", b"a/\0"] {
            assert!(quoted_address("it", bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(bare_address("@srv.1"), Ok(Address::Abstract("srv.1".into())));
        assert_eq!(quoted_address("it", b"@a\0/b"), Ok(Address::Abstract(b"a\0/b".to_vec())));
        assert_eq!(quoted_address("it", b"\0srv"), bare_address("@srv"));
        assert_eq!(Address::File(b"a\0b".to_vec()).shown(), "a");
        assert_eq!(Address::Abstract(b"a\0b".to_vec()).shown(), "\"@a\\0b\"");
    }

    #[test]
    fn a_quoted_address_may_follow_to_and_data_may_not() {
        let word = |text: &str| crate::script::words::split(text, 1).unwrap().words.remove(0);
        assert_eq!(address(&word(r#"to="@a b""#)), Ok(Address::Abstract(b"a b".to_vec())));
        assert!(address(&word(r#"3*"@a""#)).is_err());
        assert!(data(&word(r#"to="@a b""#)).is_err());
    }

    #[test]
    fn signals_are_known_by_name_and_number() {
        for (text, number) in
            [("SIGTERM", 15), ("TERM", 15), ("usr1", 10), ("9", 9), ("SIGRTMIN", 34), ("SIGRTMIN+1", 35)]
        {
            assert_eq!(signal(text), Ok(Signal(number)), "{text}");
        }
        assert!(signal("SIGNOPE").is_err());
        assert!(signal("SIGRTMIN+31").is_err());
    }
}
