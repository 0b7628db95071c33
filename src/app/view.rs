//! The views, and what each is like where other parts of the program ask: one place to add one, beside its key and its panel.

use super::action::Action;
use super::keys::GROUPS;

/// The views and the list of them, so that no view is missing there.
macro_rules! views {
    ($($(#[$about:meta])* $view:ident,)*) => {
        /// What fills the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum View {
            $($(#[$about])* $view,)*
        }

        impl View {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$view,)*];
        }
    };
}

views! {
    /// The channels, with everything else beside or below.
    Bench,
    /// The space-time diagram.
    Diagram,
    /// A channel of each kind, side by side.
    Lens,
    /// The focused channel, with its buffers as an X-ray.
    Xray,
    /// The processes as a tree, with their tables.
    Processes,
    /// What else could have happened.
    Alternatives,
    /// All channels, a cell each.
    Grid,
    /// The trace alone.
    Trace,
    /// Who holds every end.
    Holders,
}

/// What WHY is about while a view is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Explains {
    /// What happened last.
    Last,
    /// What happened last if it was on the focused channel, else that channel.
    LastOnFocus,
    /// The focused channel.
    Focus,
    /// A deadlock if there is one, else the focused channel.
    Deadlock,
    /// What the three ways have in common.
    Alternatives,
    /// The five kinds beside each other.
    FiveKinds,
}

/// What the mouse's wheel moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wheel {
    /// What is under the pointer.
    Under,
    /// The moment that is looked at.
    Time,
    /// The focus.
    Focus,
    /// The lines.
    Lines,
    /// Nothing.
    Nothing,
}

/// What a view is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traits {
    /// What WHY is about.
    pub explains: Explains,
    /// What the wheel moves.
    pub wheel: Wheel,
    /// Whether the trace can be read in it.
    pub has_trace: bool,
    /// Whether it shows which channel has the focus.
    pub shows_focus: bool,
    /// Whether it needs a bench to try something out: no recording has it.
    pub tries_out: bool,
}

impl View {
    /// What this view is like.
    pub fn traits(self) -> Traits {
        let plain = Traits {
            explains: Explains::Last,
            wheel: Wheel::Nothing,
            has_trace: false,
            shows_focus: false,
            tries_out: false,
        };
        match self {
            Self::Bench => Traits { wheel: Wheel::Under, has_trace: true, shows_focus: true, ..plain },
            Self::Diagram => Traits { wheel: Wheel::Time, ..plain },
            Self::Lens => Traits { explains: Explains::FiveKinds, tries_out: true, ..plain },
            Self::Xray => Traits { explains: Explains::LastOnFocus, shows_focus: true, ..plain },
            Self::Processes => Traits { explains: Explains::Deadlock, wheel: Wheel::Lines, ..plain },
            Self::Alternatives => Traits { explains: Explains::Alternatives, tries_out: true, ..plain },
            Self::Grid => Traits { explains: Explains::LastOnFocus, wheel: Wheel::Focus, shows_focus: true, ..plain },
            Self::Trace => Traits { wheel: Wheel::Lines, has_trace: true, ..plain },
            Self::Holders => Traits { explains: Explains::Focus, wheel: Wheel::Focus, shows_focus: true, ..plain },
        }
    }
}

/// Views that can be drawn of a recording, by the names of their keys.
pub fn of_recordings() -> impl Iterator<Item = (&'static str, View)> {
    let rows = GROUPS.iter().flat_map(|group| group.rows);
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other keys show no view")]
    rows.filter_map(|row| match row.action {
        Action::Show(view) if !view.traits().tries_out => Some((row.name, view)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_shown_by_a_key() {
        let is_shown = |view| GROUPS.iter().flat_map(|group| group.rows).any(|row| row.action == Action::Show(view));
        for view in View::ALL.iter().copied() {
            // What else could have happened is asked for, and shown when it is known.
            let has_key = view == View::Alternatives || is_shown(view);
            assert!(has_key, "app::keys::table has no row that shows {view:?}");
        }
    }
}
