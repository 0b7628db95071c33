//! Text becomes statements. Nothing is guessed: a word that has no meaning where it stands is an error with its place, and
//! the first error is the only one.

mod args;
mod epolls;
mod make;
mod manage;
mod nearest;
mod real_calls;
mod transfer;
mod verbs;
mod waits;

pub use self::verbs::VerbHelp;
pub use crate::script::words::ParseError;

use self::args::{Args, COUNT};
use self::nearest::nearest;
use self::verbs::VERBS;
use crate::script::expect;
use crate::script::values::{self, shown};
use crate::script::words::{self, Word, WordKind, WordLine};
use crate::script::{Expectation, MAX_SCRIPT, MAX_STATEMENT, Statement, Verb};

/// Every statement of the language: help and completion are made from this.
pub fn verbs() -> &'static [VerbHelp] {
    VERBS
}

/// All statements of a script.
pub fn script(source: &[u8]) -> Result<Vec<Statement>, ParseError> {
    if source.len() > MAX_SCRIPT {
        let message = format!("the script has {} bytes, {MAX_SCRIPT} are the most", source.len());
        return Err(ParseError { line: 1, column: 1, message });
    }
    let source = source.strip_prefix(b"\xef\xbb\xbf").unwrap_or(source);
    let mut statements = Vec::new();
    for (line, bytes) in (1u32..).zip(source.split(|&byte| byte == b'\n')) {
        let text = str::from_utf8(bytes).map_err(|error| not_utf8(bytes, error.valid_up_to(), line))?;
        statements.extend(statement(text, line)?);
    }
    Ok(statements)
}

fn not_utf8(bytes: &[u8], good: usize, line: u32) -> ParseError {
    let before = String::from_utf8_lossy(&bytes[..good]).chars().count();
    let column = u32::try_from(before).map_or(u32::MAX, |before| before.saturating_add(1));
    let message = format!("byte {:#04x} is not UTF-8, write it as \\xNN in a string", bytes[good]);
    ParseError { line, column, message }
}

/// One line; none if it is blank or a comment.
pub fn statement(text: &str, line: u32) -> Result<Option<Statement>, ParseError> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.len() > MAX_STATEMENT {
        let message = format!("the statement has {} bytes, {MAX_STATEMENT} are the most", text.len());
        return Err(ParseError { line, column: 1, message });
    }
    let WordLine { words, arrow, wants } = words::split(text, line)?;
    if words.is_empty() {
        return match arrow {
            None => Ok(None),
            Some(arrow) => {
                Err(fail(line, arrow.column, "a statement is missing before `=>`, write: VERB ... => RESULT"))
            }
        };
    }
    let source = Source { text, line };
    let mut statement = source.body(&words, true)?;
    if let Some(arrow) = arrow {
        statement.expectations = expect::list(&wants, &statement.verb, (line, arrow.end()))?;
    }
    Ok(Some(statement))
}

/// Expectations alone, as a lesson's options write them, for a statement that is known.
pub fn expectations(text: &str, verb: &Verb, line: u32) -> Result<Vec<Expectation>, ParseError> {
    // The arrow puts the lexer among expectations; columns count from after it.
    const ARROW: &str = "=> ";
    let shift = |mut error: ParseError| {
        error.column = error.column.saturating_sub(3).max(1);
        error
    };
    let cut = words::split(&format!("{ARROW}{text}"), line).map_err(shift)?;
    expect::list(&cut.wants, verb, (line, 3)).map_err(shift)
}

fn fail(line: u32, column: u32, message: impl Into<String>) -> ParseError {
    ParseError { line, column, message: message.into() }
}

struct Source<'a> {
    text: &'a str,
    line: u32,
}

impl Source<'_> {
    /// `[TASK:] VERB ARGUMENT…`.
    fn body(&self, whole: &[Word], may_repeat: bool) -> Result<Statement, ParseError> {
        let (task, words) = self.prefix(whole)?;
        let (Some(first), Some(last)) = (words.first(), words.last()) else {
            return Err(fail(self.line, 1, "a verb is missing, write: TASK: VERB ..."));
        };
        let help = self.help(first)?;
        let mut args = Args::new(self.line, &words[1..], last.end(), help.synopsis);
        let (verb, task) = match help.parse {
            Some(parse) => (parse(&mut args)?, task),
            None if may_repeat => self.repeat(&mut args, task)?,
            None => return Err(args.error(first.column, "a repeat cannot repeat another")),
        };
        args.done()?;
        let from = whole.first().map_or(0, |word| word.span.start);
        let text = self.text.get(from..last.span.end).unwrap_or_default().to_owned();
        Ok(Statement { line: self.line, text, task, verb, expectations: Vec::new() })
    }

    /// Takes `TASK:` off, glued to the verb or not.
    fn prefix(&self, words: &[Word]) -> Result<(Option<String>, Vec<Word>), ParseError> {
        let Some((first, rest)) = words.split_first() else { return Ok((None, Vec::new())) };
        let Some((task, verb)) = first.text.split_once(':').filter(|_| first.kind == WordKind::Bare) else {
            return Ok((None, words.to_vec()));
        };
        let task_name = values::name(task).map_err(|message| fail(self.line, first.column, message))?;
        let mut left = Vec::with_capacity(words.len());
        if !verb.is_empty() {
            let cut = first.text.len() - verb.len();
            let column = first.column.saturating_add(u32::try_from(cut).unwrap_or(0));
            let span = first.span.start + cut..first.span.end;
            left.push(Word { column, text: verb.to_owned(), kind: WordKind::Bare, span });
        }
        left.extend_from_slice(rest);
        if left.is_empty() {
            return Err(fail(self.line, first.end(), "a verb is missing, write: TASK: VERB ..."));
        }
        Ok((Some(task_name), left))
    }

    fn help(&self, word: &Word) -> Result<&'static VerbHelp, ParseError> {
        if let Some(help) = VERBS.iter().find(|help| word.is(help.name)) {
            return Ok(help);
        }
        if let Some(why) = real_calls::not_offered(&word.text) {
            return Err(fail(self.line, word.column, why));
        }
        let advice = match nearest(&word.text) {
            Some(near) => format!("did you mean: {}", near.synopsis),
            None => "a statement begins with a verb, as in: read chat[0]".to_owned(),
        };
        Err(fail(self.line, word.column, format!("{} is no statement, {advice}", shown(&word.text))))
    }

    /// `repeat N [TASK:] VERB …`: a task in front of `repeat` is the body's.
    fn repeat(&self, args: &mut Args<'_>, task: Option<String>) -> Result<(Verb, Option<String>), ParseError> {
        let count = args.number("N", (1, COUNT.1))?;
        let (words, end) = args.rest();
        if words.is_empty() {
            return Err(args.error(end, "VERB is missing"));
        }
        let mut body = self.body(words, false)?;
        if task.is_some() && body.task.is_some() {
            return Err(args.error(words[0].column, "the task is named twice"));
        }
        if let Some(task) = task {
            body.text = format!("{task}: {}", body.text);
            body.task = Some(task);
        }
        let task = body.task.clone();
        Ok((Verb::Repeat { count, body: Box::new(body) }, task))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{ChannelChildren, ChannelKind, Control, Number};
    use proptest::prelude::*;

    fn one(text: &str) -> Statement {
        statement(text, 1).unwrap_or_else(|error| panic!("{text}: {error}")).unwrap()
    }

    const GOOD: &str = "\
        socketpair stream a\nsocketpair 5 a domain=inet6 protocol=6 cloexec nonblock\nsocketpair rdm a domain=99\n\
        pipe p cloexec nonblock direct\npipesize p[1]\npipesize p[1] 4KiB\nfork child1\nthread t\nexec\nexit\nexit 3\n\
        wait\nwait child1\nread a[0]\nread a[0] 64KiB\nread a[0] 0\nread a[0] $n-32\nread @7\nread a[0]@9 3\n\
        write a[0] one\nwrite a[0] \"\"\nwrite a[0] 3*ab\nwrite a[0] 2MiB*\"x y\"\nwrite a[0] $n*x\n\
        recv a[0] 3 peek dontwait waitall trunc oob\nrecv a[0] peek\n\
        send a[0] oob\nsend a[0] x dontwait nosignal oob eor more to=@srv\n\
        writev a[0] one \"two\" 3*x\nreadv a[0] 3 4\n\
        sendmsg a[0] x fds=a[0],p[1]@5 creds to=file dontwait nosignal oob\n\
        recvmsg a[0] 4 fds=2 dontwait peek trunc waitall oob cloexec\nrecvmsg a[0] control=24\n\
        dup2 a[0] 7\ndup3 a[0] 7 cloexec\ndupfd a[0] 10 cloexec\ncloserange 5 9\nrecvfrom a[0] 3 peek\n\
        mkfifo jobs\nopen jobs rd in\nopen jobs wr out cloexec nonblock\nopen file rdwr both\nunlink jobs\n\
        epoll ep cloexec\nepollctl ep add a[0] for=in,out et oneshot\nepollctl ep mod a[0]\nepollctl ep del a[0]\n\
        epollwait ep\nepollwait ep 3 timeout=-1\neventfd e\neventfd e 3 semaphore nonblock cloexec\ntimerfd t 500 nonblock\nsignalfd s USR1 SIGCHLD nonblock\n\
        pidfd d child1 nonblock\nsetsid\nsetpgid\nsetpgid a\nsetpgid group=b\nsetpgid a group=b\nkill -a\nkill -a INT\n\
        splice p[0] a[0] 100\nsplice p[0] q[1] 4KiB nonblock\ntee p[0] q[1] 3 nonblock\n\
        vmsplice p[1] a 4KiB*b nonblock\nvmsplice p[1] \"nonblock\"\nvmsplice p[0] room=3,$n nonblock\n\
        getppid\npause\npdeathsig TERM\nwait nohang\nsignal USR1 catch norestart\n\
        close a[0]\ndup a[0]\nshutdown a[0] rd\nshutdown a[0] wr\nshutdown a[0] rdwr\n\
        poll a[0] b[1] srv for=in,out timeout=-1\npoll a[0]\n\
        getsockopt a[0] sndbuf\nsetsockopt a[0] rcvtimeo 500\nsetsockopt a[0] passcred on\n\
        atmark a[0]\ngetsockname a[0]\ngetpeername srv\nnonblock a[0] on\ncloexec a[0] off\n\
        signal SIGPIPE ignore\nsignal USR1 catch\nsignal 10 default\nrlimit nofile 5\n\
        socket stream srv cloexec nonblock\nbind srv @srv\nbind srv file\nlisten srv\nlisten srv 1\n\
        connect c @srv\naccept srv conn\nflood a[0] 1KiB 1000\ndrain a[0]\ndrain a[0] 10 dontwait\necho a[0]\n\
        ping a[0] 64 1000\nreader a[0]\nreader a[0] every=100 3\nreader a[0] 3 every=100\ninterrupt child1\n\
        kill child1\nkill child1 SIGKILL\nchild1: kill parent TERM\nstop child1\ncont child1\n\
        channel stream chat\nchannel pipe p child2 leaky reverse\nchannel packetpipe p\nchannel pipe p direct\n\
        channel 1 c between=a,b leaky\nrepeat 3 write a[0] x => 1\nrepeat 3 child1: read a[0]\n\
        child1: repeat 3 read a[0]\nsendmmsg a[0] one two\nrecvmmsg a[0] 10 2 dontwait\nsleep 100\nreset\nqueue a[0]\nholders a[0]\nfds\nfds child1\ntasks\nwhy\n\
        why child1\nwhy a[0]\nchild1:read a[0]\nchild1: read a[0]   => \"x\" # seen\r\n  # only this\n\n\t\r\n";

    #[test]
    fn every_form_of_section_two_parses() {
        let source = GOOD.replace("        ", "");
        let all = script(source.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(all.len(), source.lines().count() - 3);
        let verbs_seen: Vec<_> = all.iter().map(|s| s.text.clone()).collect();
        for help in verbs() {
            assert!(verbs_seen.iter().any(|text| text.contains(help.name)), "{}", help.name);
        }
    }

    #[test]
    fn every_synopsis_begins_with_its_verb_and_parses_when_filled_in() {
        let fill = [
            ("TYPE", "stream"),
            ("END...", "a[0]"),
            ("DATA...", "x y"),
            ("N...", "3 4"),
            ("END", "a[0]"),
            ("DATA", "x"),
            ("SIGNAL", "TERM"),
            ("SIGNAL...", "TERM INT"),
            ("TASK|-TASK", "-child1"),
            ("SIZE", "1"),
            ("COUNT", "1"),
            ("VALUE", "1"),
            ("ADDR", "@x"),
            ("MS", "5"),
            ("N", "3"),
            ("FD", "7"),
            ("MIN", "10"),
            ("FIRST", "5"),
            ("LAST", "9"),
            ("rd|wr|rdwr", "wr"),
            ("add|mod|del", "add"),
            ("on|off", "on"),
            ("default|ignore|catch", "ignore"),
            ("[TASK:]", ""),
            ("VERB", "read"),
            ("...", "a[0]"),
        ];
        for help in verbs() {
            assert!(help.synopsis.starts_with(help.name));
            let required = help.synopsis.replace("[TASK:] ", "");
            let required = required.split(" [").next().unwrap();
            let name = if help.name == "getsockopt" || help.name == "setsockopt" { "sndbuf" } else { "thing" };
            let words: Vec<&str> = required
                .split(' ')
                .map(|word| if word == "NAME" { name } else { fill.iter().find(|f| f.0 == word).map_or(word, |f| f.1) })
                .collect();
            one(&words.join(" "));
        }
    }

    #[test]
    fn a_statement_keeps_its_text_and_its_task() {
        let got = one("  child1:  read chat[1] 3   => 3 # c");
        assert_eq!((got.text.as_str(), got.task.as_deref()), ("child1:  read chat[1] 3", Some("child1")));
        assert_eq!(got.expectations[0].text, "3");
        let Verb::Repeat { body, .. } = one("child1: repeat 2 read a[0] => 3").verb else { panic!() };
        assert_eq!((body.text.as_str(), body.task.as_deref()), ("child1: read a[0]", Some("child1")));
    }

    #[test]
    fn data_is_never_a_flag() {
        let Verb::Send { data, flags, .. } = one("send a[0] oob oob").verb else { panic!() };
        assert_eq!((data.word.as_slice(), flags), (&b"oob"[..], 1));
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let count = |text: &str| {
            let (Verb::Read { count, .. }
            | Verb::Drain { count, .. }
            | Verb::Recvmsg { count, control: Control::None, .. }) = one(text).verb
            else {
                panic!("{text}")
            };
            count
        };
        assert_eq!(count("read a[0]"), Number::Literal(4096));
        assert_eq!(count("recvmsg a[0]"), Number::Literal(4096));
        assert_eq!(count("drain a[0]"), Number::Literal(65536));
        let Verb::Channel { kind, children, .. } = one("channel pipe p direct").verb else { panic!() };
        assert_eq!((kind, children), (ChannelKind::Pipe { direct: true }, ChannelChildren::One(None)));
    }

    #[test]
    fn errors_have_a_place_and_advice() {
        for (text, want) in [
            ("ioctl a[0]", "1:1: ioctl is not offered: write queue (FIONREAD) or atmark (SIOCATMARK) instead"),
            ("futex", "1:1: futex is not offered: no statement makes that call"),
            ("raed a[0]", "1:1: `raed` is no statement, did you mean: read END [N]"),
            ("read", "1:5: END is missing, write: read END [N]"),
            ("read a[2]", "1:6: a channel has two ends, a[0] and a[1], write: read END [N]"),
            ("read a[0] 3 4", "1:13: `4` is too much here, write: read END [N]"),
            ("read a[0] peek", "1:11: `peek` is too much here, write: read END [N]"),
            ("shutdown a[0] up", "1:15: `up` is no direction, there are rd wr rdwr, write: shutdown END rd|wr|rdwr"),
            ("child1:", "1:8: a verb is missing, write: TASK: VERB ..."),
            ("=> 3", "1:1: a statement is missing before `=>`, write: VERB ... => RESULT"),
        ] {
            assert_eq!(statement(text, 1).map_err(|error| error.to_string()), Err(want.to_owned()));
        }
        for (text, column) in [
            ("read a[0] -1", 11),
            ("read a[0] 17MiB", 11),
            ("read a[0] 99999999999999999999", 11),
            ("write a[0]", 11),
            ("write a[0] 17MiB*x", 12),
            ("write a[0] #x", 11),
            ("write a[0] x y", 14),
            ("write a[0] 3*", 12),
            ("send a[0] x oob oob", 17),
            ("send a[0] x to=a/b", 13),
            ("recvmsg a[0] fds=1 control=24", 20),
            ("socketpair strem a", 12),
            ("socketpair stream 1a", 19),
            ("socketpair stream a domain=mars", 21),
            ("poll a[0] for=in,up", 11),
            ("poll a[0] timeout=-2", 11),
            ("getsockopt a[0] color", 17),
            ("signal SIGX ignore", 8),
            ("rlimit cpu 3", 8),
            ("repeat 3", 9),
            ("repeat 3 repeat 3 read a[0]", 10),
            ("repeat 0 read a[0]", 8),
            ("repeat 2 redd a[0]", 10),
            ("channel stream c a b", 20),
            ("channel stream c a between=x,y", 20),
            ("channel stream c between=x,x", 18),
            ("channel stream c direct", 18),
            ("exec now", 6),
            ("read a[0] =>", 13),
            ("read a[0] => banana", 14),
            ("1a: read a[0]", 1),
            ("\"read\" a[0]", 1),
            ("READ a[0]", 1),
        ] {
            assert_eq!(statement(text, 1).map_err(|error| error.column), Err(column), "{text}");
        }
    }

    #[test]
    fn a_script_is_bounded_and_utf8() {
        assert_eq!(script(b"reset\nwrite a[0] \xff\n").map_err(|e| (e.line, e.column)), Err((2, 12)));
        assert!(script(&vec![b'\n'; MAX_SCRIPT + 1]).is_err());
        assert!(statement(&"#".repeat(MAX_STATEMENT + 1), 1).is_err());
        assert_eq!(script(b"\xef\xbb\xbfreset\r\n").unwrap().len(), 1);
        assert_eq!(script(b"reset\rtasks").map_err(|e| e.column), Err(6));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = script(&bytes);
        }

        #[test]
        fn no_mixture_of_its_own_words_makes_it_panic(
            words in proptest::collection::vec(
                prop::sample::select(GOOD.split_whitespace().chain(["=>", ",", "\"", "é", "wakes", "<", "sv=", "*"]).collect::<Vec<_>>()),
                0..12,
            )
        ) {
            let _ = script(words.join(" ").as_bytes());
        }
    }
}
