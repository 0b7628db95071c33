//! A lesson of every block, and what is refused, with the line it is refused at.

use super::*;

const FRONT: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n";

fn lesson(body: &str) -> Result<Lesson, (u32, String)> {
    load("x/07-a-b.md", format!("{FRONT}{body}").as_bytes()).map_err(|error| (error.line, error.message))
}

#[test]
fn every_block_finds_its_place() {
    let body = "# T\n\nProse one.\n\n```tin setup\nchannel stream c child1\n```\n\nMore.\n\n```tin\nwrite c[0] x => 1\n```\n\n\
                ```after\nBecause.\n```\n\n```predict\nchild1: read c[1]\n- [ ] \"y\"\n- [x] \"x\"\n```\n\n```goal\nqueue c[1] => 1\n```\n\
                ```hint\nWrite.\n```\n```solution\nwrite c[0] z\n```\n\nThe end, see [one](01-one.md).\n";
    let lesson = lesson(body).unwrap();
    assert_eq!((lesson.id.as_str(), lesson.number), ("a-b", 7));
    assert_eq!(lesson.setup.len(), 1);
    assert_eq!(lesson.steps.len(), 4);
    assert_eq!(lesson.steps[0].prose, "# T\n\nProse one.\n\nMore.");
    assert_eq!(lesson.steps[0].after.as_deref(), Some("Because."));
    assert_eq!(lesson.setup[0].line, 11);
    let Action::Predict(prediction) = &lesson.steps[1].action else { panic!("{:?}", lesson.steps[1]) };
    assert!(prediction.options[1].ticked);
    let Action::Reach(goal) = &lesson.steps[2].action else { panic!("{:?}", lesson.steps[2]) };
    assert_eq!((goal.hints.len(), goal.solution.len(), goal.conditions[0].line), (1, 1, 31));
    assert_eq!(lesson.steps[3].action, Action::Read);
    assert_eq!(lesson.links, [("one".to_owned(), 40)]);
}

#[test]
fn what_has_no_meaning_says_where() {
    for (body, line) in [
        ("only prose\n", 7),
        ("```tin\nwrit c[0] x\n```\n", 7),
        ("```tin\nread c[0] => _\n```\n", 7),
        ("```tin\n# nothing\n```\n", 6),
        ("```tin\nsleep 100000\n```\n", 7),
        ("```rust\nx\n```\n", 6),
        ("```\nx\n```\n", 6),
        ("    indented\n", 6),
        ("<b>x</b>\n", 6),
        ("- x\n\n  ```tin\n  tasks\n  ```\n", 8),
        ("```hint\nx\n```\n", 6),
        ("```after\nx\n```\n", 6),
        ("```tin\ntasks\n```\n```tin setup\ntasks\n```\n", 9),
        ("```predict\nread c[0]\n- [ ] 1\n- [ ] 2\n```\n", 7),
        ("```predict\nread c[0]\n- [x] 1\n```\n", 7),
        ("```predict\nread c[0] => 1\n- [x] 1\n- [ ] 2\n```\n", 7),
        ("```predict\nread c[0]\n- [x] 1\n- [ ] _\n```\n", 9),
        ("```goal\ntasks\n```\n", 7),
        ("```goal\ntasks => dead a\n```\n", 6),
        ("```goal\ntasks => dead a\n```\n```solution\ntasks\n```\n", 9),
        ("```goal\ntasks => dead a\n```\n```tin\ntasks\n```\n", 9),
        ("![x](y.png)\n", 6),
        ("[x](y.txt)\n", 6),
    ] {
        assert_eq!(lesson(body).map_err(|error| error.0), Err(line), "{body}\n{:?}", lesson(body));
    }
}

#[test]
fn an_option_may_say_why_it_is_wrong() {
    let options = |options: &str| {
        let read = lesson(&format!("```predict\nread c[0]\n{options}```\n"))?;
        let Action::Predict(prediction) = &read.steps[0].action else { panic!("{:?}", read.steps[0]) };
        Ok::<_, (u32, String)>(
            prediction.options.iter().map(|it| (it.text.clone(), it.why.clone())).collect::<Vec<_>>(),
        )
    };
    let read = options("- [ ] \"a -- b\" -- a *stream* would\n- [x] EOF\n- [ ] -1 -- no -- never\n").unwrap();
    let why = |text: &str| Some(text.to_owned());
    assert_eq!(read[0], ("\"a -- b\"".to_owned(), why("a *stream* would")));
    assert_eq!((&read[1].1, &read[2]), (&None, &("-1".to_owned(), why("no -- never"))));
    assert_eq!(options("- [x] EOF -- right\n- [ ] 1\n").unwrap_err().0, 8);
    assert_eq!(options("- [x] EOF\n- [ ] 1 --\n").unwrap_err().0, 9);
}

#[test]
fn front_matter_is_strict() {
    for (front, line) in [
        ("", 1),
        ("+++\ntitle = \"T\"\n", 1),
        ("+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\ncolour = 1\n+++\n", 5),
        ("+++\ntitle = \"T\"\ntopics = [\"cooking\"]\nminutes = 5\n+++\n", 3),
        ("+++\ntitle = \"T\"\ntopics = []\nminutes = 5\n+++\n", 3),
        ("+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 500\n+++\n", 4),
        ("+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\nshows = [\"5\"]\n+++\n", 5),
    ] {
        let error = load("01-a.md", format!("{front}```tin\ntasks\n```\n").as_bytes()).unwrap_err();
        assert_eq!(error.line, line, "{front}\n{error}");
    }
}

#[test]
fn bytes_that_could_touch_a_terminal_are_refused() {
    for bad in ["\u{1b}[2J", "\u{202e}", "\u{9b}", "\u{0}"] {
        assert!(lesson(&format!("{bad}\n```tin\ntasks\n```\n")).is_err(), "{bad:?}");
    }
    assert!(load("01-a.md", b"\xff").is_err());
    assert!(load("01-a.md", &vec![b'x'; MAX_SOURCE + 1]).is_err());
    assert!(load("nonumber.md", FRONT.as_bytes()).is_err());
}
