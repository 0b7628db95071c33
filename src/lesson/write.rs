//! The other way round: what goes into a lesson file. What is written here is read back by `lesson::load`.

/// The front matter.
pub fn front(title: &str, topics: &[&str]) -> String {
    let topics: Vec<String> = topics.iter().map(|topic| format!("{topic:?}")).collect();
    let title = title.replace(['\\', '"'], "'");
    format!("+++\ntitle = \"{title}\"\ntopics = [{}]\nminutes = 5\n+++\n\n", topics.join(", "))
}

/// Text in which every letter means itself; marks are escaped only where they would be marks.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let in_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let is_mark = match letter {
            '\\' | '`' | '*' | '<' | '>' | '#' | '&' | '~' => true,
            '_' => !(in_word(before) && in_word(letters.peek().copied())),
            ']' => matches!(letters.peek(), Some('(' | '[' | ':')),
            _ => false,
        };
        if is_mark {
            escaped.push('\\');
        }
        escaped.push(letter);
        before = Some(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Parser};

    #[test]
    fn every_letter_means_itself() {
        let text = "a*b* _c_ <b>d</b> [e](f) `g` \\h ~~i~~ &amp; #j | 3*ab ![k](l)";
        let read: String = Parser::new(&escaped(text))
            .filter_map(|event| if let Event::Text(text) = event { Some(text.to_string()) } else { None })
            .collect();
        assert_eq!(read, text);
        assert!(
            Parser::new(&escaped(text)).all(|event| matches!(event, Event::Text(_) | Event::Start(_) | Event::End(_)))
        );
    }
}
