//! A run as a short string, `tin:…`: its statements, compressed with a checksum (RFC 1950) and spelled in letters that any chat and any
//! shell takes (RFC 4648, base64url). Opening it makes the run again. Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

/// What such a string begins with.
pub const PREFIX: &str = "tin:";
/// The most letters of a string that is made: what is longer is no short string any more, and a file is better.
pub const MOST_MADE: usize = 2000;
/// The most letters of a string that is opened.
pub const MOST_OPENED: usize = 16 * 1024;
/// The most bytes of the script in it.
pub const MOST_SHARED: usize = 128 * 1024;
/// Compressed as well as it can be.
const LEVEL: u8 = 9;

/// The string of a script, or why there is none.
pub fn encode(script: &str) -> Result<String, String> {
    if script.len() > MOST_SHARED {
        return Err(format!(
            "the run has {} bytes of statements, and {MOST_SHARED} are the most for a string",
            script.len()
        ));
    }
    let text = PREFIX.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(script.as_bytes(), LEVEL));
    match text.len() {
        0..=MOST_MADE => Ok(text),
        length => Err(format!(
            "the run would be a string of {length} letters, and {MOST_MADE} are the most: copy it as a script"
        )),
    }
}

/// The script of a string; none of a text that does not begin as one.
pub fn decode(text: &str) -> Option<Result<String, String>> {
    let letters = text.strip_prefix(PREFIX)?.trim_end();
    Some(script(letters))
}

fn script(letters: &str) -> Result<String, String> {
    if letters.len() > MOST_OPENED {
        return Err(format!("it has {} letters, and {MOST_OPENED} are the most", letters.len()));
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(letters)
        .map_err(|error| format!("it is cut off, or was changed: its letters are no base64url ({error})"))?;
    let script = decompress_to_vec_zlib_with_limit(&bytes, MOST_SHARED).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            format!("there are more than {MOST_SHARED} bytes in it")
        } else {
            "it is cut off, or was changed: what is in it does not unpack".to_owned()
        }
    })?;
    String::from_utf8(script).map_err(|_error| "what is in it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_comes_out_as_it_went_in() {
        for script in ["", "pipe p\n", "channel stream c kid\nwrite c[0] \"a\\x1b ü\"\nkid: read c[1]\n"] {
            let text = encode(script).expect("it is short");
            assert!(text.starts_with("tin:") && text.chars().all(|letter| letter.is_ascii_graphic()), "{text}");
            assert!(!text.contains(['+', '/', '=', '&', '?', '#', '%', '\'', '"']), "{text}");
            assert_eq!(decode(&text), Some(Ok(script.to_owned())));
        }
        assert_eq!(decode("talk.tin"), None);
    }

    // A run that somebody did not make is not made instead.
    #[test]
    fn a_letter_that_was_changed_is_told() {
        let text =
            encode("channel stream wire kid\nwrite wire[0] \"hello\"\nkid: read wire[1]\n").expect("it is short");
        for at in PREFIX.len()..text.len() {
            for letter in ['A', 'z', '7', '_'] {
                let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
                let opened = decode(&changed).expect("it begins as one");
                assert!(changed == text || opened.is_err_and(|said| said.contains("was changed")), "{changed}");
            }
        }
    }

    #[test]
    fn what_is_hostile_is_an_error() {
        let bomb =
            PREFIX.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&vec![b'#'; 8 * 1024 * 1024], LEVEL));
        let foreign = PREFIX.to_owned() + &URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&[0xff, 0xfe], LEVEL));
        let long = PREFIX.to_owned() + &"A".repeat(MOST_OPENED + 1);
        let whole = encode("channel stream c kid\nwrite c[0] one\n").expect("it is short");
        for (text, wanted) in [
            (bomb.as_str(), "more than 131072 bytes"),
            (foreign.as_str(), "not UTF-8"),
            (long.as_str(), "are the most"),
            ("tin:a b", "no base64url"),
            ("tin:", "does not unpack"),
            (&whole[..whole.len() - 8], "cut off, or was changed"),
        ] {
            let said = decode(text).expect("it begins as one").expect_err(wanted);
            assert!(said.contains(wanted), "{said}");
        }
        let noise: String = (0..50_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_string() + "\n").collect();
        assert!(encode(&noise).is_err());
        let random: String = (0..900_u32).map(|at| at.wrapping_mul(2_654_435_761).to_string() + "\n").collect();
        assert!(encode(&random).expect_err("it is long").contains("copy it as a script"));
    }
}
