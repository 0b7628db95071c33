//! What is said when the program crashes, on the screen that was there before it: what happened, that nothing was left behind, and
//! what is needed to mend it. It names no place that is not there.

use std::io::Write;

use color_eyre::config::{HookBuilder, Theme};
use color_eyre::eyre::Result;

use crate::sys::{kernel_release, output};

/// From here on a panic is reported so.
pub fn install() -> Result<()> {
    let builder = HookBuilder::default().theme(Theme::new()).panic_section(advice(&kernel_release()));
    // Not its hook for errors: with RUST_BACKTRACE=1 that one looks up the lines of a backtrace for each error, and an error is
    // told in one line without.
    let (panics, _) = builder.try_into_hooks()?;
    // The report may hold bytes of anybody's: it takes the way that all output takes.
    std::panic::set_hook(Box::new(move |info| {
        let _ = writeln!(output::stderr(), "{}", panics.panic_report(info));
    }));
    Ok(())
}

fn advice(kernel: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "This is a fault of tincans, not of what you did. Its processes are gone and the terminal is as it was; progress is kept.\n\
         Please report it with the lines above and these: tincans {version}, Linux {kernel}, and the keys or the script that led here.\n\
         RUST_BACKTRACE=1 adds where it happened. The same bench is there as lines: `tincans --plain`, `tincans run FILE`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_what_is_needed_to_mend_it() {
        let text = advice("6.1.0-x");
        for wanted in [env!("CARGO_PKG_VERSION"), "Linux 6.1.0-x", "report", "--plain"] {
            assert!(text.contains(wanted), "{text}");
        }
    }
}
