//! The house rules, kept by reading the tree: arrows point down, one place for `unsafe`, one for drawing, every file says what
//! it is. The rules are data at the top; the fake trees at the bottom prove that each of them can fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemExternCrate, ItemMod, ItemUse, Macro, Meta, UseTree};

/// Path in the repository, with `/` → text.
type Tree = BTreeMap<String, String>;

/// The facts and what can be computed from them: no call, no drawing. From the bottom up: each may import those before it.
const PURE: &[&str] = &[
    "abi",
    "text",
    "kind",
    "order",
    "script",
    "share",
    "trace",
    "check",
    "situation",
    "world",
    "questions",
    "plan",
    "explain",
    "recording",
    "strace_log",
    "diagnosis",
    "grade",
    "retold",
    "lesson",
    "export",
];

/// Which other modules may import whom, below `src/`. A module that is not listed here has to be given its place first.
const MAY_IMPORT: &[(&str, &[&[&str]])] = &[
    ("app", &[PURE]),
    ("ui", &[PURE, &["app"]]),
    ("sys", &[PURE]),
    ("keeper", &[PURE, &["sys"]]),
    ("guardian", &[PURE, &["sys", "keeper"]]),
    ("crash", &[PURE, &["sys"]]),
    ("agent", &[PURE, &["sys"]]),
    ("bench", &[PURE, &["sys", "agent"]]),
    ("session", &[PURE, &["sys", "bench"]]),
    ("xdg", &[]),
    ("progress", &[PURE, &["sys", "xdg"]]),
    ("config", &[PURE, &["app", "xdg"]]),
    ("saving", &[PURE]),
    ("matrix", &[PURE, &["sys", "bench", "session"]]),
    ("practice", &[PURE, &["sys", "bench", "session"]]),
    (
        "playground",
        &[
            PURE,
            &[
                "sys", "bench", "session", "app", "progress", "saving", "practice", "recorder", "source", "opened",
                "matrix",
            ],
        ],
    ),
    (
        "tui",
        &[
            PURE,
            &[
                "sys",
                "keeper",
                "bench",
                "session",
                "app",
                "ui",
                "playground",
                "opened",
                "guardian",
                "progress",
                "saving",
                "source",
            ],
        ],
    ),
    ("plain", &[PURE, &["sys", "bench", "session", "app", "ui", "playground", "progress"]]),
    ("recorder", &[PURE, &["sys"]]),
    ("runner", &[PURE, &["sys", "bench", "session", "saving", "recorder"]]),
    ("opened", &[PURE, &["app", "bench", "session", "runner", "recorder"]]),
    ("picture", &[PURE, &["app", "ui", "opened"]]),
    ("source", &[PURE, &["bench", "session", "app"]]),
    ("checker", &[PURE, &["sys", "bench", "session", "runner", "xdg"]]),
    ("doctor", &[PURE, &["sys", "bench", "session"]]),
    // The defaults that `--help` names.
    ("watch", &[PURE, &["sys", "diagnosis", "recorder", "bench", "source", "app"]]),
    ("hand_in", &[PURE, &["sys", "watch"]]),
    ("cli", &[PURE, &["bench", "app"]]),
    ("lib", &[]),
];

/// Crates that only some modules may name. `lib` and `main` are modules here.
const ONLY_IN: &[(&str, &[&str])] =
    &[("nix", &["sys"]), ("libc", &["sys"]), ("ratatui", &["ui", "tui", "picture"]), ("crossterm", &["ui", "tui"])];

/// Names that say nothing of what is inside.
const BAGS: &[&str] = &["common", "util", "utils", "helper", "helpers", "misc"];

/// The most lines of a file before its tests.
const MAX_LINES: usize = 400;

/// Everything that is wrong with a tree, as `FILE: what`.
fn faults(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    let sources = tree.iter().filter(|(path, _)| is_source(path));
    let codes: BTreeMap<&str, Code> = sources.map(|(path, text)| (path.as_str(), Code::of(text))).collect();
    for (path, text) in tree {
        machine_paths(path, text, &mut found);
        if is_rust(path) {
            shape(path, text, &mut found);
        }
        if let Some(code) = codes.get(path.as_str()) {
            words(path, code, &mut found);
            layers(tree, path, code, &mut found);
        }
    }
    mutual_imports(tree, &codes, &mut found);
    found
}

fn is_source(path: &str) -> bool {
    path.starts_with("src/") && is_rust(path)
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// `src/ui/panel/wire.rs` is of module `ui`.
fn module_of(path: &str) -> &str {
    let below = path.trim_start_matches("src/").trim_end_matches(".rs");
    below.split('/').next().unwrap_or(below)
}

fn machine_paths(path: &str, text: &str, found: &mut Vec<String>) {
    for (number, line) in text.lines().enumerate() {
        for root in ["work", "home", "root"] {
            let wanted = format!("/{root}/");
            let is_absolute = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}~".contains(c));
            if line.match_indices(&wanted).any(|(at, _)| is_absolute(at)) {
                found.push(format!("{path}:{}: names a path of one machine: {}", number + 1, line.trim()));
            }
        }
    }
}

fn shape(path: &str, text: &str, found: &mut Vec<String>) {
    if !text.starts_with("//!") {
        found.push(format!("{path}: does not begin with a //! that says what it owns"));
    }
    let stem = path.trim_end_matches(".rs");
    if let Some(bag) = stem.split('/').find(|part| BAGS.contains(part)) {
        found.push(format!("{path}: `{bag}` does not say what is inside"));
    }
    if is_source(path) && path.ends_with("/mod.rs") {
        found.push(format!("{path}: a module's file is named after it, not mod.rs"));
    }
    let lines = before_tests(text).lines().count();
    if is_source(path) && lines > MAX_LINES {
        found.push(format!("{path}: {lines} lines without tests; {MAX_LINES} is the most"));
    }
}

fn words(path: &str, code: &Code, found: &mut Vec<String>) {
    let module = module_of(path);
    if module != "sys" && code.is_unsafe {
        found.push(format!("{path}: unsafe outside src/sys"));
    }
    for (name, places) in ONLY_IN {
        if !places.contains(&module) && code.paths.iter().any(|path| path[0] == *name) {
            found.push(format!("{path}: names {name}, which only {} may", places.join(" and ")));
        }
    }
}

fn layers(tree: &Tree, path: &str, code: &Code, found: &mut Vec<String>) {
    let module = module_of(path);
    if module == "main" {
        return;
    }
    let place = PURE.iter().position(|name| *name == module);
    let listed = MAY_IMPORT.iter().find(|(name, _)| *name == module);
    let below = place.map(|place| &PURE[..place]);
    let allowed = match (&below, listed) {
        (Some(below), _) => std::slice::from_ref(below),
        (None, Some((_, allowed))) => *allowed,
        (None, None) => {
            found.push(format!("{path}: module {module} has no place in tests/suite/house.rs"));
            return;
        }
    };
    for target in imports(tree, path, code) {
        let to = module_of(&target);
        if to != module && !allowed.iter().any(|group| group.contains(&to)) {
            found.push(format!("{path}: imports {target}, and {module} may not import {to}"));
        }
    }
}

fn mutual_imports(tree: &Tree, codes: &BTreeMap<&str, Code>, found: &mut Vec<String>) {
    let graph: BTreeMap<&str, BTreeSet<String>> =
        codes.iter().map(|(path, code)| (*path, imports(tree, path, code))).collect();
    for (path, targets) in &graph {
        for target in targets.iter().filter(|target| *path < target.as_str()) {
            // A module's file holds what its parts share, and calls them: they are one house, with the door inside.
            if is_part_of(path, target) || is_part_of(target, path) {
                continue;
            }
            if graph.get(target.as_str()).is_some_and(|back| back.contains(*path)) {
                found.push(format!("{path}: and {target} import each other"));
            }
        }
    }
}

/// `src/plan/calls.rs` is a part of `src/plan.rs`.
fn is_part_of(whole: &str, part: &str) -> bool {
    part.strip_prefix(whole.trim_end_matches(".rs")).is_some_and(|rest| rest.starts_with('/'))
}

/// The files that a file names: by `crate::`, `super::`, `self::`, and by the name of a module declared in it.
fn imports(tree: &Tree, path: &str, code: &Code) -> BTreeSet<String> {
    let own = module_path(path);
    let mut found = BTreeSet::new();
    for written in &code.paths {
        let mut parts = written.clone();
        let mut base = own.clone();
        let first = written[0].as_str();
        if first == "crate" {
            base.clear();
        } else if first == "super" {
            base.pop();
        } else if first != "self" && !code.declared.contains(first) {
            continue;
        }
        let is_keyword = matches!(first, "crate" | "super" | "self");
        parts.drain(..usize::from(is_keyword));
        while parts.first().is_some_and(|part| part == "super") {
            base.pop();
            parts.remove(0);
        }
        base.extend(parts);
        found.extend(file_of(tree, &base).filter(|file| file != path));
    }
    found
}

fn module_path(path: &str) -> Vec<String> {
    let below = path.trim_start_matches("src/").trim_end_matches(".rs");
    if below == "lib" || below == "main" { Vec::new() } else { below.split('/').map(str::to_owned).collect() }
}

/// The file of the longest beginning that is one; what follows are items in it.
fn file_of(tree: &Tree, parts: &[String]) -> Option<String> {
    let candidates = (1..=parts.len()).rev().map(|length| format!("src/{}.rs", parts[..length].join("/")));
    candidates.into_iter().find(|file| tree.contains_key(file))
}

fn before_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod ").map_or(text, |at| &text[..at])
}

/// What a file's own code names, its tests, comments and texts left out.
#[derive(Default)]
struct Code {
    /// The names of the modules that it declares with `mod name;`.
    declared: BTreeSet<String>,
    /// Every path of more than one part, and every `use`, its branches multiplied out. None is empty.
    paths: Vec<Vec<String>>,
    /// Whether `unsafe` or `unsafe_code` is written anywhere.
    is_unsafe: bool,
}

impl Code {
    fn of(text: &str) -> Self {
        let mut code = Self::default();
        let file = syn::parse_file(text).expect("the file is Rust");
        code.visit_file(&file);
        code
    }

    fn add_use(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(part) => self.add_use(&part.tree, &with(&part.ident)),
            UseTree::Name(last) => self.paths.push(with(&last.ident)),
            UseTree::Rename(last) => self.paths.push(with(&last.ident)),
            UseTree::Glob(_) => self.paths.push(before.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|branch| self.add_use(branch, before)),
        }
    }

    /// What is written inside a macro call or an attribute: `a::b` is a path there, too.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    self.is_unsafe |= is_unsafe_word(&name);
                    if colons != 2 {
                        self.add_path(&path);
                        path.clear();
                    }
                    path.push(name);
                    colons = 0;
                }
                other @ (TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => {
                    self.add_path(&std::mem::take(&mut path));
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add_path(&path);
    }

    fn add_path(&mut self, path: &[String]) {
        if path.len() > 1 {
            self.paths.push(path.to_vec());
        }
    }
}

impl<'ast> Visit<'ast> for Code {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if module.content.is_none() {
            self.declared.insert(module.ident.to_string());
        }
        visit::visit_item_mod(self, module);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use(&item.tree, &[]);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast ItemExternCrate) {
        self.paths.push(vec![item.ident.to_string()]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.add_path(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        visit::visit_macro(self, call);
        self.add_tokens(call.tokens.clone());
    }

    /// `unsafe_code` in a lint's list; what `#[doc]` says is no code.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.is_unsafe = true;
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.is_unsafe |= signature.unsafety.is_some();
        visit::visit_signature(self, signature);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.is_unsafe |= item.unsafety.is_some();
        visit::visit_item_impl(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.is_unsafe |= item.unsafety.is_some();
        visit::visit_item_trait(self, item);
    }

    fn visit_item_foreign_mod(&mut self, _: &'ast syn::ItemForeignMod) {
        self.is_unsafe = true;
    }
}

/// `#[cfg(test)]`, on an item of any kind.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is for tests alone")]
fn is_for_tests(item: &Item) -> bool {
    let attributes = match item {
        Item::Fn(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => return false,
    };
    attributes.iter().any(|attribute| {
        matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

fn is_unsafe_word(word: &str) -> bool {
    word == "unsafe" || word == "unsafe_code"
}

/// The files of the repository, as far as they are text.
fn read_tree() -> Tree {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tree = Tree::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder can be read").flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if name != "target" && name != ".git" {
                    folders.push(path);
                }
            } else if name != ".git"
                && let Ok(text) = fs::read_to_string(&path)
            {
                let below = path.strip_prefix(root).expect("below the root");
                tree.insert(below.to_string_lossy().into_owned(), text);
            }
        }
    }
    tree
}

#[test]
fn the_house_is_in_order() {
    let tree = read_tree();
    assert!(tree.contains_key("src/lib.rs") && tree.len() > 10, "the tree was read");
    let faults = faults(&tree);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// A tree of these files, each with its `//!`.
fn fake(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), format!("//! What it is.\n{text}"))).collect()
}

/// The one fault that a fake tree has.
fn fault(files: &[(&str, &str)]) -> String {
    let faults = faults(&fake(files));
    assert_eq!(faults.len(), 1, "{faults:?}");
    faults[0].clone()
}

#[test]
fn a_good_tree_has_no_fault() {
    let tree = fake(&[
        ("src/abi.rs", "pub struct Errno;"),
        ("src/sys.rs", "pub mod guard; use crate::abi::Errno;"),
        ("src/sys/guard.rs", "use super::SysError; use nix::errno::Errno; fn f() { unsafe { libc::pause() }; }"),
        ("src/ui.rs", "use ratatui::Frame; use crate::app::App;"),
        (
            "src/app.rs",
            "// libc::read is not called here, nor is \"unsafe\" code\nconst A: &str = \"libc::unsafe crate::sys::x\";",
        ),
        ("src/main.rs", "use tincans::ui;"),
    ]);
    assert_eq!(faults(&tree), Vec::<String>::new());
}

#[test]
fn an_arrow_that_points_up_is_found_however_it_is_written() {
    for import in [
        "use crate::bench::Bench;",
        "use crate::{abi, bench::{Bench, Settings}};",
        "fn f() { crate::bench::run() }",
        "use super::bench;",
        "use crate::{\n    bench as b,\n};",
        "fn f() { println!(\"{}\", crate::bench::NAME) }",
        "mod inner { pub fn f(bench: &super::super::bench::Bench) {} }",
    ] {
        let fault = fault(&[("src/app.rs", import), ("src/bench.rs", ""), ("src/abi.rs", "")]);
        assert!(fault.contains("app may not import bench"), "{import}: {fault}");
    }
}

#[test]
fn no_import_points_up_within_the_pure_half() {
    let script = ("src/script.rs", "use crate::order::Call;");
    assert_eq!(faults(&fake(&[script, ("src/order.rs", "")])), Vec::<String>::new());
    let order = ("src/order.rs", "use crate::script::EndName;");
    assert!(fault(&[order, ("src/script.rs", "")]).contains("order may not import script"));
    assert!(fault(&[("src/trace.rs", "use crate::world::World;"), ("src/world.rs", "")]).contains("may not import"));
}

#[test]
fn the_pure_half_cannot_make_a_call() {
    assert!(
        fault(&[("src/world/fold.rs", "use crate::sys::calls;"), ("src/sys.rs", "")]).contains("may not import sys")
    );
    assert!(
        fault(&[("src/ui/panel/wire.rs", "use crate::session::Session;"), ("src/session.rs", "")]).contains("may not")
    );
}

#[test]
fn two_files_that_import_each_other_are_found() {
    let siblings = [("src/world/a.rs", "use super::b::B;"), ("src/world/b.rs", "use crate::world::a::A;")];
    assert!(fault(&siblings).contains("import each other"));
    let strangers = [("src/ui/a.rs", "use crate::ui::b::B;"), ("src/ui/b.rs", "use crate::ui::a::A;")];
    assert!(fault(&strangers).contains("import each other"));
}

#[test]
fn a_module_and_its_parts_are_one_house() {
    let family = [("src/world.rs", "//! W.\nmod a;\nuse a::A;"), ("src/world/a.rs", "//! A.\nuse super::World;")];
    let tree = family.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    assert_eq!(faults(&tree), Vec::<String>::new());
}

#[test]
fn a_module_without_a_place_is_found() {
    assert!(fault(&[("src/new.rs", "")]).contains("has no place"));
}

#[test]
fn unsafe_and_foreign_crates_have_their_places() {
    assert!(fault(&[("src/agent.rs", "fn f() { unsafe { g() } }")]).contains("unsafe outside"));
    for written in [
        "#![expect(unsafe_code)]",
        "unsafe fn f() {}",
        "unsafe impl Send for X {}",
        "unsafe extern \"C\" { fn f(); }",
        "fn f() { vec![unsafe { g() }]; }",
    ] {
        assert!(fault(&[("src/bench.rs", written)]).contains("unsafe outside"), "{written}");
    }
    let tests = "#[cfg(test)]\nmod tests { fn f() { unsafe { libc::pause() } } }";
    assert_eq!(faults(&fake(&[("src/bench.rs", tests)])), Vec::<String>::new());
    assert!(fault(&[("src/bench.rs", "use nix::errno::Errno;")]).contains("names nix"));
    assert!(fault(&[("src/agent.rs", "fn f() { libc::pause() }")]).contains("names libc"));
    assert!(fault(&[("src/app.rs", "use ratatui::style::Color;")]).contains("names ratatui"));
    assert!(fault(&[("src/playground.rs", "use crossterm;")]).contains("names crossterm"));
}

#[test]
fn a_files_shape_is_looked_at() {
    let no_header = Tree::from([("src/app.rs".to_owned(), "fn f() {}\n".to_owned())]);
    assert!(faults(&no_header)[0].contains("does not begin with"));
    assert!(fault(&[("src/ui/mod.rs", "")]).contains("mod.rs"));
    assert!(fault(&[("src/ui/helpers.rs", "")]).contains("helpers"));
    assert!(fault(&[("src/app.rs", &"\n".repeat(400))]).contains("401 lines"));
    let with_tests = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(300), "\n".repeat(300));
    assert_eq!(faults(&fake(&[("src/app.rs", &with_tests)])), Vec::<String>::new());
}

#[test]
fn a_path_of_one_machine_is_found_in_any_file() {
    for root in ["work", "home", "root"] {
        let text = format!("see /{root}/somebody/notes.md");
        assert!(fault(&[("README.md", &text)]).contains("path of one machine"));
    }
    assert_eq!(faults(&fake(&[("README.md", "src/agent/work/x.rs and ~/home/x")])), Vec::<String>::new());
}
