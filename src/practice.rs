//! Endless practice: a random short program, and the question what happens next. The program is run on every kind of channel, and
//! what the kernel answers there are the options: a wrong answer is the right one of another kind. Nothing is made up, and the
//! same seed gives the same problems.

mod draft;
mod problem;
mod random;

use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, bail};

use crate::bench::BenchError;
use crate::check::answer;
use crate::explain;
use crate::kind::Kind;
use crate::lesson::Lesson;
use crate::lesson::problem_wish::ProblemWish;
use crate::script::{Statement, Verb, parse};
use crate::session::{Session, Settings};
use crate::situation;

use draft::{Draft, QuestionTheme, THEMES, draft};
use problem::Problem;
use random::Random;

/// The longest that making one problem may take.
const LONGEST: Duration = Duration::from_secs(20);
/// Programs that may turn out to ask nothing.
const MOST_ATTEMPTS: usize = 200;
/// So many of them may be refused for asking something else than what is wished for.
const CHOOSY: usize = 12;
/// The most problems of one sheet.
pub const MOST_ON_A_SHEET: u16 = 30;

/// How often a kind is the one that is asked about, among the others: pipes are of fewer minds.
fn weight(kind: Kind) -> usize {
    match kind {
        Kind::Stream | Kind::Dgram | Kind::Seqpacket => 3,
        Kind::Pipe => 2,
        Kind::PacketPipe => 1,
        Kind::Fifo => 0,
    }
}

/// Makes one problem, statement by statement, on somebody else's session, which need not wait for it.
#[derive(Debug)]
pub struct ProblemGenerator {
    random: Random,
    seed: u64,
    number: u32,
    attempts: usize,
    /// What the question is to be about, and how many options are wanted.
    wish: (Option<QuestionTheme>, usize),
    /// What it is to be like beside that.
    like: ProblemWish,
    draft: Draft,
    /// What each kind answered to each line, as far as it went.
    told: Vec<(Kind, Vec<LineResult>)>,
    stage: ProblemStage,
    deadline: Instant,
}

/// What a statement brought.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LineResult {
    /// In expectations.
    words: Vec<String>,
    /// It was not made, or its result does not say what happened.
    is_useless: bool,
    /// Why it came out so, if a rule knows.
    why: Option<String>,
    /// The lesson about that.
    lesson: Option<&'static str>,
}

/// What is being run.
#[derive(Debug)]
enum ProblemStage {
    /// The bench is emptied before the first, or the next, kind.
    Clearing,
    /// A line of the program on the last kind of `told`.
    Asking,
    /// The problem's own program once more, up to and with its question.
    Proving(Box<Problem>, usize),
    /// The bench is emptied for the next user.
    Leaving(Box<Problem>),
}

/// How far it is.
#[derive(Debug)]
pub enum Generated {
    /// Something runs; to be called again when all has settled.
    NotYet,
    /// A lesson of one question.
    Ready(Box<Lesson>),
}

impl ProblemGenerator {
    /// Begins on a session that may be doing something else; that is forgotten.
    pub fn begin((seed, number): (u64, u32), like: ProblemWish, session: &mut Session) -> Self {
        let mut random = Random::of(seed, number);
        let theme = THEMES.get(random.weighed(THEMES.iter().map(|theme| theme.1))).map(|theme| theme.0);
        let theme = like.topic.as_deref().and_then(QuestionTheme::about).or(theme);
        let has_many = random.chance(50) || like.level > 0;
        let wish = (theme, if has_many { 3 } else { 2 });
        let draft = draft(&mut random, like.level);
        session.cancel();
        session.overtake(reset());
        Self {
            random,
            seed,
            number,
            attempts: 1,
            wish,
            like,
            draft,
            told: Vec::new(),
            stage: ProblemStage::Clearing,
            deadline: Instant::now() + LONGEST,
        }
    }

    /// Until when it may take: a bench may never settle.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Goes on, when all has settled.
    pub fn advance(&mut self, session: &mut Session) -> Result<Generated> {
        match std::mem::replace(&mut self.stage, ProblemStage::Asking) {
            ProblemStage::Clearing => self.next_kind(session)?,
            ProblemStage::Asking => {
                let told = tell(session);
                if let Some((_, of_kind)) = self.told.last_mut() {
                    of_kind.push(told);
                }
                self.next_line(session)?;
            }
            ProblemStage::Proving(problem, at) => self.prove(problem, at, session)?,
            ProblemStage::Leaving(problem) => {
                return Ok(Generated::Ready(Box::new(problem.lesson(self.seed, self.number)?)));
            }
        }
        Ok(Generated::NotYet)
    }

    fn next_kind(&mut self, session: &mut Session) -> Result<()> {
        let is_fit = |column: &Kind| !(self.draft.is_for_sockets && column.is_pipe());
        let next = Kind::CHANNELS.into_iter().filter(is_fit).nth(self.told.len());
        if let Some(column) = next {
            self.told.push((column, Vec::new()));
            return self.next_line(session);
        }
        let problem = Problem::of(&self.draft, &self.told, self.wish, &mut self.random);
        let is_choosy = self.attempts <= CHOOSY;
        let is_repeated = |problem: &Problem| problem.likeness().is_some_and(|it| Some(it) == self.like.unlike);
        match problem.filter(|problem| !(is_choosy && is_repeated(problem))) {
            Some(problem) => {
                let first = problem.statement(0)?;
                self.stage = ProblemStage::Proving(Box::new(problem), 0);
                session.submit(first);
                Ok(())
            }
            None => self.again(session),
        }
    }

    fn next_line(&mut self, session: &mut Session) -> Result<()> {
        let line = self.told.last().and_then(|(column, told)| Some((column, self.draft.lines.get(told.len())?)));
        match line {
            Some((column, line)) => {
                session.submit(statement(&situation::fill(*column, &line.text))?);
                self.stage = ProblemStage::Asking;
            }
            None => self.clear(session),
        }
        Ok(())
    }

    fn clear(&mut self, session: &mut Session) {
        session.submit(reset());
        self.stage = ProblemStage::Clearing;
    }

    /// Another program.
    fn again(&mut self, session: &mut Session) -> Result<()> {
        if self.attempts >= MOST_ATTEMPTS {
            bail!("none of {MOST_ATTEMPTS} programs asks anything: on this kernel all kinds of channel answer alike");
        }
        self.attempts += 1;
        if self.attempts > CHOOSY {
            self.wish = (None, 2);
        }
        self.draft = draft(&mut self.random, self.like.level);
        self.told.clear();
        self.clear(session);
        Ok(())
    }

    /// The program runs once more; at its question each option is put to the kernel, and only those that fail stay wrong ones.
    fn prove(&mut self, mut problem: Box<Problem>, at: usize, session: &mut Session) -> Result<()> {
        if !problem.is_question(at) {
            let next = problem.statement(at + 1)?;
            self.stage = ProblemStage::Proving(problem, at + 1);
            session.submit(next);
            return Ok(());
        }
        let is_so = |option: &str| {
            let expected = problem.expectations(option)?;
            Ok::<bool, color_eyre::Report>(session.would_hold(&expected).is_some_and(|verdict| verdict.ok))
        };
        let is_true = is_so(problem.truth())?;
        let mut wrong = Vec::new();
        for option in problem.options() {
            if option != problem.truth() && !is_so(option)? {
                wrong.push(option.to_owned());
            }
        }
        if !is_true || wrong.is_empty() || wrong.len() + 1 < self.wish.1 {
            return self.again(session);
        }
        problem.keep(&wrong);
        self.stage = ProblemStage::Leaving(problem);
        session.submit(reset());
        Ok(())
    }
}

/// What the last statement brought.
fn tell(session: &Session) -> LineResult {
    let Some(seen) = session.seen() else {
        return LineResult { words: Vec::new(), is_useless: true, why: None, lesson: None };
    };
    let words = answer(&seen).expected;
    let why = explain::last(session.world(), seen.events);
    let is_known = why.has_rule();
    LineResult {
        is_useless: seen.refused.is_some() || words.iter().any(|word| word == "_" || word == "refused"),
        words,
        why: is_known.then_some(why.text),
        lesson: why.lesson.filter(|_| is_known),
    }
}

fn statement(text: &str) -> Result<Statement> {
    match parse::statement(text, 0) {
        Ok(Some(statement)) => Ok(statement),
        Ok(None) => bail!("`{text}` says nothing"),
        Err(error) => bail!("`{text}`: {error}"),
    }
}

fn reset() -> Statement {
    Statement { line: 0, text: "reset".to_owned(), task: None, verb: Verb::Reset, expectations: Vec::new() }
}

/// What is made of some problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetForm {
    /// For paper, without answers.
    Sheet,
    /// With answers, as a lesson file that can be checked.
    Key,
    /// GIFT, for learning platforms.
    Quiz,
}

/// The first problems of a seed in this form.
pub fn sheet(seed: u64, count: u16, form: SheetForm) -> Result<String> {
    let mut session = Session::open(Settings::default())?;
    let mut text = problem::heading(seed, count, form);
    let mut before = None;
    for number in 1..=u32::from(count.min(MOST_ON_A_SHEET)) {
        let like = ProblemWish { unlike: before.take(), ..ProblemWish::default() };
        let problem = pose(seed, number, like, &mut session)?;
        before = problem.likeness();
        text.push_str(&match form {
            SheetForm::Sheet => problem.on_a_sheet(number),
            SheetForm::Key => problem.in_the_key(number),
            SheetForm::Quiz => problem.in_a_quiz(number),
        });
    }
    Ok(text)
}

/// One problem, waited for.
fn pose(seed: u64, number: u32, like: ProblemWish, session: &mut Session) -> Result<Box<Problem>> {
    let mut generator = ProblemGenerator::begin((seed, number), like, session);
    loop {
        if !session.settle_until(Some(generator.deadline), |_, _| Ok::<(), BenchError>(()))? {
            bail!("making a problem takes more than {} s", LONGEST.as_secs());
        }
        if let ProblemStage::Leaving(_) = &generator.stage
            && let ProblemStage::Leaving(problem) = std::mem::replace(&mut generator.stage, ProblemStage::Clearing)
        {
            return Ok(problem);
        }
        generator.advance(session)?;
    }
}
