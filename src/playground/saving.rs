//! What was done, or what has happened, kept in the folder where the program was started.

use std::path::Path;

use crate::app::action::Input;
use crate::app::copy::{self, Copied};
use crate::export;
use crate::recorder::{RecordedProgram, Recorder};
use crate::recording::file::SourceKind;
use crate::saving;

use super::Playground;

impl Playground {
    /// Saves a lesson, and says so or why not.
    pub(super) fn save_lesson(&mut self) {
        let words = self.lesson().unwrap_or_else(|reason| reason);
        self.tell(Input::Said(words));
    }

    fn lesson(&self) -> Result<String, String> {
        let session = self.source.session().ok_or("a lesson is made of what is done on a bench")?;
        let lesson = |number| session.lesson(&format!("From the bench, {number}"));
        let path = saving::save_in(Path::new(""), &lesson)?;
        Ok(format!("saved here as {0}; `tincans check {0}` proves it", path.display()))
    }

    /// Saves a recording, and says so or why not.
    pub(super) fn save_recording(&mut self) {
        let words = self.record().unwrap_or_else(|reason| reason);
        self.tell(Input::Said(words));
    }

    /// Copies what has happened as a C program, or says why not.
    pub(super) fn copy_program(&mut self) {
        let export = export::named("c").ok_or_else(|| "there is no format c".to_owned());
        let text = export.and_then(|export| export(self.recording())).and_then(|text| copy::fitting(&text));
        match text {
            Ok(text) => self.copy = Some((Copied::C, text)),
            Err(reason) => self.tell(Input::Said(reason)),
        }
    }

    fn record(&self) -> Result<String, String> {
        let session = self.source.session().ok_or("this is a recording already")?;
        let recording = session.recording();
        let entries = recording.entries()?;
        let subject = RecordedProgram { kind: SourceKind::Bench, program: "tincans".to_owned(), argv: Vec::new() };
        let mut recorder = Recorder::create_in(Path::new(""), &subject, recording.keeping())?;
        recorder.write(entries)?;
        let path = recorder.end(session.summary())?;
        Ok(format!("saved here as {0}; `tincans open {0}` shows it", path.display()))
    }
}
