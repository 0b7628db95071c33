//! Random keys on the playground without a terminal. After each key the screen is drawn and read: no verdict, holder, answer of
//! poll or error is cut inside a word while cells are free beside it, and the counts of both directions in every title are those
//! of the world. `TINCANS_KEYS` and `TINCANS_SEED` choose how many and from where.

use std::collections::VecDeque;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tincans::abi::Errno;
use tincans::app::action::Input;
use tincans::app::course::Course;
use tincans::app::{View, channel_sides};
use tincans::lesson::builtin;
use tincans::lesson::progress::Progress;
use tincans::playground::{OpeningView, Playground};
use tincans::progress::Store;
use tincans::session::Settings;
use tincans::sys::descriptors;
use tincans::ui::theme::{Colours, Theme};
use tincans::ui::{self, ViewContext, keymap};
use tincans::world::World;

use crate::support::random::Random;

/// Keys of a run in CI.
const KEYS: u64 = 1500;
/// Keys on one bench, and at one size.
const OF_A_BENCH: u64 = 400;
const OF_A_SIZE: u64 = 50;
/// How long a bench may go on after a key before it is drawn as it is.
const PATIENCE: Duration = Duration::from_millis(300);
/// Cells in a row that are free beside something that was cut.
const FREE: usize = 8;
const SIZES: [(u16, u16); 7] = [(60, 18), (80, 24), (120, 36), (160, 45), (200, 60), (97, 31), (150, 24)];

/// What is typed at the prompt.
const STATEMENTS: &[&str] = &[
    "channel seqpacket mail",
    "channel pipe tube",
    "channel dgram note",
    "flood wire[0] 64 2000",
    "flood post[0] 1000 1000",
    "child1: write wire[1] answer",
    "child2: write post[1] answer",
    "child1: read wire[1]",
    "child1: read wire[1] 2",
    "child2: recv post[1] 1",
    "read wire[0]",
    "stop child1",
    "kill child1",
    "kill child2",
    "close wire[0]",
    "close post[0]",
    "child1: close wire[1]",
    "shutdown wire[0] wr",
    "shutdown post[0] rdwr",
    "nonblock wire[0] on",
    "fork lone",
    "poll wire[0] post[0]",
    "dup wire[0]",
    "wait",
    "why wire[0]",
    "write wire[0] 5000*z",
    "write wire[0] \"\\x00\\xff\"",
    "sendmsg wire[0] x fds=post[0]",
];

/// The names that stand on the screen in capital letters: one that only begins like them was cut.
struct Names(Vec<String>);

impl Names {
    fn new() -> Self {
        let errors = (1..200).map(|number| Errno(number).name()).filter(|name| *name != "E?").map(str::to_owned);
        let polls = ["POLLIN", "POLLPRI", "POLLOUT", "POLLERR", "POLLHUP", "POLLNVAL", "POLLRDHUP"];
        Self(errors.chain(polls.into_iter().map(str::to_owned)).collect())
    }

    /// Whether a word is the beginning of a name, and none itself.
    fn is_cut(&self, word: &str) -> bool {
        let is_known = |word: &str| self.0.iter().any(|name| name == word);
        word.len() >= 4
            && !is_known(word)
            && !["EOF", "POLL"].contains(&word)
            && self.0.iter().any(|name| name.starts_with(word))
    }
}

/// A playground, and what has been pressed on it.
struct Table {
    playground: Playground,
    pressed: VecDeque<String>,
    /// Letters that are still to be typed.
    typed: VecDeque<KeyEvent>,
}

impl Table {
    fn open() -> Self {
        let settings = Settings { keeps_history: true, ..Settings::default() };
        let course = Course::new(builtin::lessons(), Progress::default(), None);
        let playground = Playground::open(settings, OpeningView::Channels, (course, Store::of_environment()));
        let playground = playground.expect("a bench");
        let mut table = Self { playground, pressed: VecDeque::new(), typed: VecDeque::new() };
        let start = Instant::now();
        while !table.playground.is_open() && start.elapsed() < Duration::from_secs(30) {
            table.go_on(PATIENCE);
        }
        table
    }

    /// Until it has settled, and what runs beside it has; or until it takes too long.
    fn go_on(&mut self, limit: Duration) {
        let start = Instant::now();
        loop {
            self.playground.pump().expect("the bench goes on");
            let left = self.playground.arm();
            if (self.playground.is_settled() && left.is_none()) || start.elapsed() > limit {
                self.playground.disarm(&[]);
                return;
            }
            let nap = left.unwrap_or(limit).min(Duration::from_millis(1));
            std::thread::sleep(nap);
            let rung = vec![true; self.playground.wait_fds().len()];
            self.playground.disarm(&rung);
        }
    }

    fn press(&mut self, event: KeyEvent, size: (u16, u16)) {
        self.pressed.push_back(format!("{:?}", event.code));
        if self.pressed.len() > 40 {
            self.pressed.pop_front();
        }
        let app = self.playground.app();
        let Some(input) = keymap::input(&app.keymap, app.mode, Event::Key(event), 0) else { return };
        let input =
            if let Input::Do(action) = input { Input::Do(ui::turned(self.scene(), size, action)) } else { input };
        self.playground.handle(input);
        self.go_on(PATIENCE);
        let _ = (self.playground.take_suspension(), self.playground.take_copy());
    }

    fn scene(&self) -> ViewContext<'_> {
        let theme = Theme::with(Colours::True);
        ViewContext { app: self.playground.app(), world: self.playground.world(), theme }
    }
}

pub fn all() -> ExitCode {
    // Progress and saved files belong into a folder of its own.
    if std::env::var_os("TINCANS_MONKEYS").is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut again = Command::new(std::env::current_exe().expect("this program"));
        again.env("TINCANS_MONKEYS", "1").env("XDG_STATE_HOME", folder.path()).current_dir(folder.path());
        let status = again.status().expect("it starts");
        return if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    if let Err(error) = descriptors::settle_numbers() {
        println!("monkeys: {error}");
        return ExitCode::FAILURE;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (keys, seed) = (number("TINCANS_KEYS").unwrap_or(KEYS), number("TINCANS_SEED").unwrap_or(1));
    println!("monkeys: {keys} keys, seed {seed}");
    let keeps_going = std::env::var_os("TINCANS_KEEP_GOING").is_some();
    let (failures, titles) = run(keys, seed, keeps_going);
    println!(
        "monkeys: {keys} keys, seed {seed}: {titles} titles compared with the world, {failures} screens with a fault"
    );
    if failures == 0 && titles > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How many screens had a fault, and how many titles were compared.
fn run(keys: u64, seed: u64, keeps_going: bool) -> (u64, u64) {
    let names = Names::new();
    let mut random = Random::new(seed);
    let mut table = Table::open();
    let mut size = SIZES[0];
    let (mut failures, mut titles) = (0, 0);
    for key in 0..keys {
        if key % OF_A_BENCH == OF_A_BENCH - 1 || table.playground.is_over() {
            table = Table::open();
        }
        if key % OF_A_SIZE == 0 {
            size = *random.pick(&SIZES).expect("a size");
        }
        let event = next_key(&mut table, &mut random);
        table.press(event, size);
        let screen = drawn(&table, size);
        let (mut faults, compared) = faults_of(&table, &screen);
        faults.extend(cut_words(&names, &screen));
        titles += compared;
        if !faults.is_empty() {
            failures += 1;
            println!(
                "key {key} of seed {seed} at {size:?}: {}\nafter {:?}\n{}",
                faults.join("; "),
                table.pressed,
                screen.join("\n")
            );
            if !keeps_going {
                return (failures, titles);
            }
        }
    }
    (failures, titles)
}

/// Most are deeds; words and statements are typed to their end.
fn next_key(table: &mut Table, random: &mut Random) -> KeyEvent {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    if let Some(event) = table.typed.pop_front() {
        return event;
    }
    let mut type_in = |before: &[KeyCode], text: &str, after: KeyCode| {
        let letters = text.chars().map(KeyCode::Char);
        table.typed.extend(before.iter().copied().chain(letters).chain([after]).map(plain));
        table.typed.pop_front().unwrap_or(plain(KeyCode::Esc))
    };
    match random.below(20) {
        0 | 1 => type_in(
            &[KeyCode::Esc, KeyCode::Char('i')],
            random.word(&["one", "two", "three", "漢字", "a b"]),
            KeyCode::Enter,
        ),
        2 | 3 => type_in(&[KeyCode::Esc, KeyCode::Char(':')], random.word(STATEMENTS), KeyCode::Enter),
        4 => type_in(&[KeyCode::Esc, KeyCode::Char('I')], "answer", KeyCode::Enter),
        5 => type_in(&[KeyCode::Esc], "3", KeyCode::Char('r')),
        6 => plain(KeyCode::Enter),
        7 | 8 => plain(KeyCode::Esc),
        9 => plain(KeyCode::Tab),
        10 => plain(
            *random
                .pick(&[KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down, KeyCode::End, KeyCode::PageUp])
                .expect("one"),
        ),
        11 => KeyEvent::new(KeyCode::Char('n'), KeyModifiers::CONTROL),
        12 => plain(KeyCode::Char(char::from(b' ' + u8::try_from(random.below(95)).expect("a letter")))),
        13 => plain(KeyCode::Char(
            *random.pick(&['d', 'v', 'z', 't', 'e', 'c', 'f', 'T', 'P', 'H', 'V', '?', '/']).expect("one"),
        )),
        _ => plain(KeyCode::Char(
            *random
                .pick(&['r', 'k', 'x', 'X', 'p', 's', 'S', 'w', 'u', 'W', 'M', 'N', ')', '(', 'i', 'o'])
                .expect("one"),
        )),
    }
}

fn drawn(table: &Table, (width, height): (u16, u16)) -> Vec<String> {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    ui::draw(table.scene(), &mut buffer);
    let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(row).collect()
}

/// Whether a row has cells that nobody uses, in one run.
fn has_room(row: &str) -> bool {
    let mut run = 0;
    row.chars().any(|letter| {
        run = if matches!(letter, ' ' | '─' | '━') { run + 1 } else { 0 };
        run >= FREE
    })
}

/// Names in capital letters that were cut though their row has room, and verdicts and holders that end in an ellipsis.
fn cut_words(names: &Names, screen: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for row in screen.iter().filter(|row| has_room(row)) {
        let words = row.split(|letter: char| !letter.is_ascii_uppercase() && !letter.is_ascii_digit());
        faults.extend(words.filter(|word| names.is_cut(word)).map(|word| format!("`{word}` is cut in {row}")));
        let is_edge = row.starts_with(['┗', '└']);
        let is_holder = row.contains('@') && row.contains("POLL");
        if (is_edge || is_holder) && row.contains('…') {
            faults.push(format!("cut: {row}"));
        }
    }
    faults
}

/// The counts of the titles on the bench, against the world's; and how many titles there were.
fn faults_of(table: &Table, screen: &[String]) -> (Vec<String>, u64) {
    let scene = table.scene();
    let is_list = !screen.iter().any(|row| row.starts_with(['┏', '┌']));
    if scene.app.view != View::Bench || is_list {
        return (Vec::new(), 0);
    }
    let (mut faults, mut titles) = (Vec::new(), 0);
    for row in screen {
        for title in row.split(['┏', '┌']).skip(1).filter_map(|rest| rest.split(['┓', '┐']).next()) {
            let mut words = title.split_whitespace();
            let Some(number) = words.next().and_then(|word| word.parse::<usize>().ok()) else { continue };
            if !title.starts_with(' ') || !title.contains(['▶', '◀']) {
                continue;
            }
            titles += 1;
            faults.extend(title_fault(scene.world, number, title).map(|fault| format!("{fault} in {title}")));
        }
    }
    (faults, titles)
}

/// What is wrong with one title.
fn title_fault(world: &World, number: usize, title: &str) -> Option<String> {
    let listed = channel_sides::listed(world);
    let Some(facing) = number.checked_sub(1).and_then(|at| listed.get(at)).and_then(|id| channel_sides::of(world, *id))
    else {
        return Some(format!("there is no channel {number}"));
    };
    for (arrow, end) in [('▶', facing.far), ('◀', facing.near)] {
        let totals = world.end(end)?.inbox.totals;
        let Some((_, told)) = title.split_once(arrow) else {
            let is_possible = channel_sides::can_carry(world, end, false);
            if is_possible {
                return Some(format!("no count for {arrow}"));
            }
            continue;
        };
        let told = told.split(['▶', '◀', '━', '─']).next().unwrap_or_default();
        let numbers: Vec<u64> =
            told.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
        let want = if told.contains("nothing") { vec![] } else { vec![totals.writes, totals.reads] };
        let is_right = if told.contains('?') {
            numbers == [totals.writes]
        } else {
            numbers == want && (!want.is_empty() || totals.writes + totals.reads == 0)
        };
        if !is_right {
            return Some(format!("{arrow} {}, {} of the world", totals.writes, totals.reads));
        }
    }
    None
}
