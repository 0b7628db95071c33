//! Whether translations are the same lessons as their originals: `…/ru/01-x.md` is compared with `…/en/01-x.md` beside it, and
//! what is built in with what is built in.

use std::path::Path;

use color_eyre::eyre::{Result, WrapErr};

use super::{Fault, read};
use crate::lesson::language::{LANGUAGES, ORIGINAL, differences};
use crate::lesson::{Lesson, builtin, load};

/// How many translations there are among these lessons, and where they differ; and of the built-in ones too where asked for.
pub(super) fn compare(lessons: &[Lesson], with_builtin: bool) -> Result<(usize, Vec<Fault>)> {
    let mut count = 0;
    let mut faults = Vec::new();
    let mut one = |translation: &Lesson, original: Option<&Lesson>| {
        count += 1;
        let different = match original {
            Some(original) => differences(original, translation),
            None => vec![(1, format!("wanted an original of the same name in {ORIGINAL}, got none"))],
        };
        faults.extend(different.into_iter().map(|(line, what)| Fault { file: translation.file.clone(), line, what }));
    };
    for translation in lessons {
        if let Some(beside) = original_beside(Path::new(&translation.file)) {
            let name = beside.display().to_string();
            // An original that is no lesson is told where it is checked itself.
            let original = if beside.is_file() { Some(load::load(&name, &read(&beside)?)) } else { None };
            match original {
                Some(original) => one(translation, Some(&original.wrap_err("an original is no lesson")?)),
                None => one(translation, None),
            }
        }
    }
    if with_builtin {
        let originals = builtin::lessons();
        for language in LANGUAGES.into_iter().filter(|language| *language != ORIGINAL) {
            for (name, text) in builtin::files(language) {
                let translation = load::load(&format!("lessons/{language}/{name}"), text.as_bytes())?;
                one(&translation, originals.iter().find(|original| original.id == translation.id));
            }
        }
    }
    Ok((count, faults))
}

/// Where the original of a file stands, if its folder is one of translations: there is a folder of originals beside it.
fn original_beside(file: &Path) -> Option<std::path::PathBuf> {
    let folder = file.parent()?;
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let whole = folder.canonicalize().ok()?;
    let language = whole.file_name()?.to_str()?;
    let originals = whole.with_file_name(ORIGINAL);
    let is_translation = language != ORIGINAL && language.len() == 2 && originals.is_dir();
    is_translation.then(|| originals.join(file.file_name().unwrap_or_default()))
}
