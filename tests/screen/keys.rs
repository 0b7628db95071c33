//! Keys from outside: a person's settings, however broken; the palette; and that no key waits for what is tried beside the bench.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::pty::{Pty, unwelcome};
use crate::support::{PATIENCE, program, until};
use nix::sys::stat::Mode;

/// What is told, and what stands in the place of the settings.
type Case<'a> = (&'a str, &'a dyn Fn(&Path));

/// Where the settings are below a configuration folder.
const PLACE: &str = "tincans/config.toml";

fn folder_with(settings: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("tincans")).expect("a folder");
    fs::write(folder.path().join(PLACE), settings).expect("a file");
    folder
}

/// The UI with this configuration folder, once its two channels are there.
fn start(folder: &Path) -> Pty {
    start_sized((36, 120), folder)
}

fn start_sized(size: (u16, u16), folder: &Path) -> Pty {
    let mut pty = Pty::start_with(size, &[], |command| _ = command.env("XDG_CONFIG_HOME", folder));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty
}

fn leave(mut pty: Pty) {
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
    assert_eq!(unwelcome(pty.bytes()), [""; 0]);
}

fn printed(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).env("XDG_CONFIG_HOME", folder).output().expect("it starts")
}

#[test]
fn what_config_prints_can_be_put_in_its_place_and_changes_nothing() {
    let nothing = tempfile::tempdir().expect("a folder");
    let first = printed(nothing.path(), &["config"]);
    assert_eq!(first.status.code(), Some(0));
    let folder = folder_with(&first.stdout);
    let again = printed(folder.path(), &["config", "--mine"]);
    assert_eq!((again.status.code(), again.stderr.as_slice()), (Some(0), &b""[..]));
    assert_eq!(again.stdout, first.stdout);
    let pty = start(folder.path());
    assert!(!pty.screen().contains("config.toml"), "{}", pty.screen());
    leave(pty);
}

#[test]
fn a_moved_key_acts_and_help_footer_and_palette_name_it() {
    let folder = folder_with(b"mouse = false\n[keys]\nkill = ['K']\nkeys = ['F2']\npalette = ['Ctrl-O']\n");
    let mut pty = start(folder.path());
    pty.wait("the hint", |screen| screen.contains("F2 keys, then ? help"));
    // The mouse is not asked for.
    assert!(!String::from_utf8_lossy(pty.bytes()).contains("\x1b[?1000h"));
    pty.escape();
    pty.wait("that Esc means nothing", |screen| screen.contains("Esc means nothing here"));
    pty.type_bytes(b"\x1bOQ");
    pty.wait("the footer", |screen| screen.contains("K kill") && screen.contains("Ctrl-O all"));
    pty.type_bytes(b"k");
    pty.wait("what k is", |screen| screen.contains("k means nothing here; Ctrl-O shows all actions"));
    pty.type_bytes(b"?");
    pty.wait("help", |screen| screen.contains("K                 kill the child with SIGKILL"));
    pty.type_bytes(b"q");
    pty.type_bytes(b"\x0f");
    pty.wait("the palette", |screen| screen.contains("▸ i Enter") && screen.contains(": kill child1 SIGKILL"));
    pty.type_bytes(b"sigkill\r");
    pty.wait("a death", |screen| screen.contains("child1 killed by SIGKILL"));
    leave(pty);
}

#[test]
fn the_palette_is_opened_searched_and_left_by_keys_at_every_size() {
    for size in [(36, 120), (24, 80), (18, 60)] {
        let nothing = tempfile::tempdir().expect("a folder");
        let mut pty = start_sized(size, nothing.path());
        pty.escape();
        pty.type_bytes(b"/");
        pty.wait("the palette", |screen| screen.contains("what can be done: keys"));
        pty.type_bytes("漢é👩‍🚀".as_bytes());
        pty.wait("that there is nothing", |screen| screen.contains("no action is called so; Esc goes back"));
        pty.type_bytes(b"\x15");
        pty.type_bytes(b"sigstop");
        pty.wait("what is marked", |screen| screen.contains("the statement: stop child1"));
        pty.type_bytes(b"\r");
        pty.wait("it stopped", |screen| screen.contains("child1 stopped"));
        pty.type_bytes(b"/sigstop\r");
        pty.wait("the reason", |screen| screen.contains("child1 is stopped already; S lets it go on"));
        pty.escape();
        pty.wait("the bench again", |screen| screen.contains("SOCK_STREAM"));
        leave(pty);
    }
}

#[test]
fn settings_that_cannot_be_read_are_a_line_and_never_the_end() {
    let cases: [Case<'_>; 6] = [
        ("line 1: ", &|path| fs::write(path, "[keys\nkill").expect("a file")),
        ("byte 1 is no UTF-8", &|path| fs::write(path, [0xff, 0xfe, 0, 0x1b]).expect("a file")),
        ("line 1: ", &|path| fs::write(path, b"\0\0\x1b[2J\x07").expect("a file")),
        ("more than 65536 bytes", &|path| fs::write(path, vec![b'#'; 1 << 20]).expect("a file")),
        ("it is no file", &|path| fs::create_dir(path).expect("a folder")),
        ("it is no file", &|path| nix::unistd::mkfifo(path, Mode::S_IRWXU).expect("a FIFO")),
    ];
    for (wanted, make) in cases {
        let folder = folder_with(b"");
        let path = folder.path().join(PLACE);
        fs::remove_file(&path).expect("the file goes");
        make(&path);
        let mut pty = start(folder.path());
        // The line may be broken where the screen ends.
        let flat = |screen: &str| screen.split_whitespace().collect::<Vec<_>>().join(" ");
        pty.wait(wanted, |screen| flat(screen).contains(wanted) && screen.contains("config.toml"));
        pty.escape();
        pty.type_bytes(b"k");
        pty.wait("that keys act", |screen| screen.contains("child1 killed by SIGKILL"));
        leave(pty);
        let printed = printed(folder.path(), &["config", "--mine"]);
        assert_eq!(printed.status.code(), Some(1), "{wanted}");
        let told = String::from_utf8(printed.stderr).expect("UTF-8");
        assert!(told.starts_with("tincans: ") && told.contains(wanted), "{told}");
        assert!(told.lines().count() == 1 && !told.contains('\x1b'), "{told:?}");
    }
}

#[test]
fn clashes_and_unknown_names_are_told_at_the_start_and_the_default_stays() {
    let folder = folder_with(b"colour = 1\n[keys]\nkill = 'x'\nleave = []\nnonsense = 'F3'\nread = 'Hyper-R'\n");
    let mut pty = start(folder.path());
    pty.wait("the first of five", |screen| screen.contains("5 settings cannot be taken, as the trace says"));
    pty.escape();
    pty.type_bytes(b"r");
    pty.wait("that r reads", |screen| screen.contains("asleep in read(wire[1])"));
    leave(pty);
    let told = String::from_utf8(printed(folder.path(), &["config", "--mine"]).stderr).expect("UTF-8");
    for line in ["no setting colour", "x is `close`", "Ctrl-C always leaves", "no such action", "is no key"] {
        assert_eq!(told.lines().filter(|told| told.contains(line)).count(), 1, "{line}: {told}");
    }
}

#[test]
fn without_a_home_and_with_one_that_cannot_be_written_it_works() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).expect("a mode");
    for home in [None, Some(folder.path())] {
        let pty = Pty::start_with((24, 80), &[], |command| {
            command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_STATE_HOME").env_remove("HOME");
            if let Some(home) = home {
                command.env("HOME", home);
            }
        });
        let mut pty = pty;
        pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        leave(pty);
    }
}

#[test]
fn the_command_line_and_the_environment_win_over_the_settings() {
    let folder = folder_with(b"theme = 'light'\nascii = true\nmouse = false\n");
    let shows = |arguments: &[&str], theme: Option<&str>| {
        let mut pty = Pty::start_with((24, 80), arguments, |command| {
            command.env("XDG_CONFIG_HOME", folder.path()).env("COLORTERM", "truecolor").env_remove("NO_COLOR");
            if let Some(theme) = theme {
                command.env("TINCANS_THEME", theme).env("TINCANS_ASCII", "");
            }
        });
        pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        let text = String::from_utf8_lossy(pty.bytes()).into_owned();
        let ground = pty.emulator().cell(0, 70).expect("a cell").bgcolor();
        let found = (pty.screen().contains('┏'), text.contains("\x1b[?1000h"), format!("{ground:?}"));
        leave(pty);
        found
    };
    let settings = shows(&[], None);
    assert_eq!((settings.0, settings.1), (false, false));
    let environment = shows(&["--mouse"], Some("dark"));
    assert_eq!((environment.0, environment.1), (true, true));
    assert_ne!(settings.2, environment.2, "the ground");
    let line = shows(&["--theme", "dark"], Some("light"));
    assert_eq!(line.2, environment.2);
}

#[test]
fn the_loop_goes_round_while_it_is_tried_what_else_could_have_happened() {
    let nothing = tempfile::tempdir().expect("a folder");
    let mut pty = start(nothing.path());
    pty.type_bytes(&b"word\r".repeat(8));
    pty.wait("the writes", |screen| screen.contains("8 writes"));
    pty.escape();
    let before: Vec<i32> = pty.agents().iter().map(|agent| agent.pid).collect();
    pty.type_bytes(b"e");
    pty.wait("the three ways", |screen| screen.contains("what else could have happened: wire"));
    // It was on the screen before anything had come of it, for a terminal that reads byte by byte.
    let [rows, columns] = [36, 120].map(|cells| std::num::NonZero::new(cells).expect("cells"));
    let mut screen = vt100::Parser::new(rows, columns, 0);
    let is_asked = |bytes: &[u8]| {
        screen.process(bytes);
        let text = screen.screen().contents();
        text.contains("the same writes are run three ways") && !text.contains("what else could have happened: wire")
    };
    assert!(pty.bytes().chunks(64).any(is_asked));
    assert!(until(PATIENCE, || pty.agents().iter().all(|agent| before.contains(&agent.pid))).is_some());
    // What is asked for twice is tried once, and Ctrl-C waits for nothing.
    pty.type_bytes(b"eee\x03");
    assert_eq!(pty.status(), 0);
}
