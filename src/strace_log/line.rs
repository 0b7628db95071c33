//! One line of a log: who, when, and what kind of line it is. Nothing of the call itself is looked at here.

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLine<'a> {
    /// The task; none where the line does not say.
    pub pid: Option<i32>,
    /// Nanoseconds of whatever clock the log has; none where it has no absolute time.
    pub t_ns: Option<u64>,
    /// What it says.
    pub body: LineBody<'a>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineBody<'a> {
    /// `name(arguments…) = result`, all of it.
    Call {
        /// The call's name.
        name: &'a str,
        /// What stands behind the opening parenthesis.
        rest: &'a str,
    },
    /// `name(arguments… <unfinished ...>`.
    Begun {
        /// The call's name.
        name: &'a str,
        /// The arguments that were printed.
        rest: &'a str,
    },
    /// `<... name resumed>…) = result`.
    Resumed {
        /// The call's name.
        name: &'a str,
        /// What stands behind the angle bracket.
        rest: &'a str,
    },
    /// `<... name resumed> <unfinished ...>) = ?`: it never returned.
    Ended,
    /// `--- SIGNAL {…} ---`: a signal is delivered.
    Signal(&'a str),
    /// `--- stopped by SIGNAL ---`.
    Stopped(&'a str),
    /// `+++ exited with N +++`.
    Exited(i32),
    /// `+++ killed by SIGNAL +++`.
    Killed(&'a str),
    /// `+++ superseded by execve in pid N +++`.
    Superseded(i32),
    /// Dumps, backtraces and remarks, which tell nothing of a call.
    Remark,
    /// Nothing that is known.
    Unknown,
}

impl LogLine<'_> {
    /// Whether it tells of a task.
    pub fn is_event(&self) -> bool {
        !matches!(self.body, LineBody::Remark | LineBody::Unknown)
    }
}

/// What ends the first half of a call that was cut.
const UNFINISHED: &str = "<unfinished ...>";

/// Reads a line.
pub fn parse(text: &str) -> LogLine<'_> {
    let nothing = LogLine { pid: None, t_ns: None, body: LineBody::Remark };
    if text.trim().is_empty() || text.starts_with(" > ") || text.starts_with(" | ") || text.starts_with(" * ") {
        return nothing;
    }
    if text.starts_with("strace: ") || text.starts_with("[ Process PID=") || text.starts_with("Process ") {
        return nothing;
    }
    let (pid, rest) = leading_pid(text);
    let (t_ns, rest) = leading_times(rest);
    LogLine { pid, t_ns, body: body(rest) }
}

/// `11624 `, `[pid 11624] `, `11624<name> `; a run of ten digits or more is a time.
fn leading_pid(text: &str) -> (Option<i32>, &str) {
    if let Some(rest) = text.strip_prefix("[pid") {
        let rest = rest.trim_start();
        let (number, rest) = digits(rest);
        let rest = rest.find(']').map_or(rest, |end| &rest[end + 1..]);
        return (number.parse().ok(), rest.trim_start());
    }
    let (number, rest) = digits(text);
    if number.is_empty() || number.len() >= 10 {
        return (None, text);
    }
    let rest = match rest.strip_prefix('<') {
        Some(name) => name.find("> ").map_or(rest, |end| &name[end + 1..]),
        None => rest,
    };
    match rest.strip_prefix(' ') {
        Some(rest) => (number.parse().ok(), rest.trim_start()),
        None => (None, text),
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()))
}

/// Times, and what `-n` and `-i` print behind them.
fn leading_times(text: &str) -> (Option<u64>, &str) {
    let (mut found, mut rest) = (None, text);
    loop {
        let word = rest.split(' ').next().unwrap_or(rest);
        let after = rest[word.len()..].trim_start();
        if let Some(time) = time(word) {
            found = found.or(time.absolute());
            rest = after;
        } else if rest.starts_with("(+") {
            rest = rest.find(") ").map_or(rest, |end| rest[end + 2..].trim_start());
            if rest.starts_with("(+") {
                return (found, rest);
            }
        } else if rest.starts_with('[') && !rest.starts_with("[ Process") {
            let Some(end) = rest.find("] ") else { return (found, rest) };
            rest = rest[end + 2..].trim_start();
        } else {
            return (found, rest);
        }
    }
}

/// A time at the beginning of a line.
#[derive(Debug, Clone, Copy)]
enum LineTime {
    /// Nanoseconds of some clock.
    Absolute(u64),
    /// What -r prints: how long it is since the line before.
    SinceLast,
}

impl LineTime {
    fn absolute(self) -> Option<u64> {
        match self {
            Self::Absolute(t_ns) => Some(t_ns),
            Self::SinceLast => None,
        }
    }
}

/// `1795903972.351021`, `22:13:26.038302`, `22:13:26`, `0.000083` of -r; none: no time.
fn time(word: &str) -> Option<LineTime> {
    let (whole, part) = word.split_once('.').unwrap_or((word, ""));
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{part:0<9}").get(..9).and_then(|nine| nine.parse::<u64>().ok())?;
    let parts: Vec<&str> = whole.split(':').collect();
    let number = |text: &str| text.parse::<u64>().ok();
    let seconds = match parts.as_slice() {
        [hours, minutes, seconds] => number(hours)? * 3600 + number(minutes)? * 60 + number(seconds)?,
        [seconds] if seconds.len() >= 10 => number(seconds)?,
        [seconds] if !part.is_empty() && !seconds.is_empty() => {
            number(seconds)?;
            return Some(LineTime::SinceLast);
        }
        _ => return None,
    };
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos).map(LineTime::Absolute)
}

fn body(text: &str) -> LineBody<'_> {
    let text = text.trim_end();
    if let Some(inside) = text.strip_prefix("+++ ").and_then(|rest| rest.strip_suffix(" +++")) {
        return end(inside);
    }
    if let Some(inside) = text.strip_prefix("--- ").and_then(|rest| rest.strip_suffix(" ---")) {
        return match inside.strip_prefix("stopped by ") {
            Some(signal) => LineBody::Stopped(signal),
            None => LineBody::Signal(inside),
        };
    }
    if let Some(rest) = text.strip_prefix("<... ") {
        return resumed(rest);
    }
    let Some(open) = text.find('(') else { return LineBody::Unknown };
    let name = &text[..open];
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'?') {
        return LineBody::Unknown;
    }
    let rest = &text[open + 1..];
    match rest.strip_suffix(UNFINISHED) {
        Some(rest) => LineBody::Begun { name, rest },
        None => LineBody::Call { name, rest },
    }
}

fn resumed(text: &str) -> LineBody<'_> {
    let Some((name, rest)) = text.split_once(" resumed>") else { return LineBody::Unknown };
    // Older versions print a blank between.
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    if rest.starts_with(UNFINISHED) { LineBody::Ended } else { LineBody::Resumed { name, rest } }
}

fn end(text: &str) -> LineBody<'_> {
    let number = |text: &str| text.split(' ').next().and_then(|word| word.parse().ok());
    if let Some(code) = text.strip_prefix("exited with ").and_then(number) {
        return LineBody::Exited(code);
    }
    if let Some(signal) = text.strip_prefix("killed by ") {
        return LineBody::Killed(signal.split(' ').next().unwrap_or(signal));
    }
    text.strip_prefix("superseded by execve in pid ").and_then(number).map_or(LineBody::Unknown, LineBody::Superseded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::wildcard_enum_match_arm, reason = "any other kind of line is the failure")]
    fn call(text: &str) -> (Option<i32>, Option<u64>, &str) {
        let line = parse(text);
        match line.body {
            LineBody::Call { name, .. } => (line.pid, line.t_ns, name),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_prefix_is_read() {
        assert_eq!(
            call("11624 1795903972.445746 brk(NULL) = 0x1"),
            (Some(11624), Some(1_795_903_972_445_746_000), "brk")
        );
        assert_eq!(
            call("12757<sock pair> 1795904006.065965123 brk(NULL) = 0"),
            (Some(12757), Some(1_795_904_006_065_965_123), "brk")
        );
        assert_eq!(call("12742 22:13:26.035273 brk(NULL) = 0").1, Some(80_006_035_273_000));
        assert_eq!(
            call("12747 22:13:26 (+     0.000557) brk(NULL) = 0"),
            (Some(12747), Some(80_006_000_000_000), "brk")
        );
        assert_eq!(call("12767 1795904006.202104 [  12] [00007f2184f28c47] brk(NULL) = 0").2, "brk");
        assert_eq!(call("[pid 12737] brk(NULL) = 0"), (Some(12737), None, "brk"));
        assert_eq!(call("brk(NULL) = 0"), (None, None, "brk"));
        assert_eq!(call("1795903972.351021 brk(NULL) = 0"), (None, Some(1_795_903_972_351_021_000), "brk"));
        assert_eq!(call("5  brk(NULL) = 0").0, Some(5));
    }

    #[test]
    fn both_halves_of_a_cut_call_are_known() {
        assert_eq!(parse("7 read(3, <unfinished ...>").body, LineBody::Begun { name: "read", rest: "3, " });
        assert_eq!(
            parse("7 <... read resumed>\"x\", 4) = 1").body,
            LineBody::Resumed { name: "read", rest: "\"x\", 4) = 1" }
        );
        assert_eq!(
            parse("7 <... wait4 resumed> )       = 0").body,
            LineBody::Resumed { name: "wait4", rest: ")       = 0" }
        );
        assert_eq!(parse("7 <... read resumed> <unfinished ...>) = ?").body, LineBody::Ended);
    }

    #[test]
    fn ends_and_signals_are_known() {
        assert_eq!(parse("7 +++ exited with 3 +++").body, LineBody::Exited(3));
        assert_eq!(parse("7 +++ killed by SIGSEGV (core dumped) +++").body, LineBody::Killed("SIGSEGV"));
        assert_eq!(parse("7 +++ superseded by execve in pid 9 +++").body, LineBody::Superseded(9));
        assert_eq!(parse("7 --- stopped by SIGSTOP ---").body, LineBody::Stopped("SIGSTOP"));
        assert!(matches!(parse("7 --- SIGUSR1 {si_signo=SIGUSR1} ---").body, LineBody::Signal(_)));
    }

    #[test]
    fn remarks_are_no_calls_and_other_text_is_not_understood() {
        for remark in
            ["", "strace: Process 5 attached", " | 00000  50 03", " > lib(f+0x1) [0x2]", " * 5 bytes in buffer 1"]
        {
            assert_eq!(parse(remark).body, LineBody::Remark, "{remark}");
        }
        for text in ["kid: [1] = 2", "hello", "7 hello (world)", "[pid 7", "<... "] {
            assert_eq!(parse(text).body, LineBody::Unknown, "{text}");
        }
    }
}
