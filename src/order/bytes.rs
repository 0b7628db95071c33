//! Bytes as a recording has them: text where they are text, else `{"hex": "…"}`. In a binary form they are bytes.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The key of bytes that are no text.
const HEX: &str = "hex";

/// Writes them.
pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if !serializer.is_human_readable() {
        return bytes.serialize(serializer);
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return serializer.serialize_str(text);
    }
    let digits: String = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect();
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(HEX, &digits)?;
    map.end()
}

/// Reads them back.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    if !deserializer.is_human_readable() {
        return Vec::deserialize(deserializer);
    }
    deserializer.deserialize_any(TextOrHex)
}

struct TextOrHex;

impl<'de> Visitor<'de> for TextOrHex {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a string, or an object with the key {HEX:?}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        Ok(text.as_bytes().to_vec())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<u8>, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, digits)) if key == HEX => {
                from_digits(&digits).ok_or_else(|| Error::custom("bytes are pairs of hexadecimal digits"))
            }
            _ => Err(Error::custom(format!("the only key of bytes that are no text is {HEX:?}"))),
        }
    }
}

fn digit(half: u8) -> char {
    char::from_digit(u32::from(half), 16).unwrap_or('0')
}

fn from_digits(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => Some(value(high)? << 4 | value(low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Data(#[serde(with = "super")] Vec<u8>);

    #[test]
    fn bytes_read_as_text_where_they_are_text_and_come_back_the_same() {
        for (bytes, want) in [
            (&b""[..], r#""""#),
            (b"one\n", r#""one\n""#),
            ("é".as_bytes(), r#""é""#),
            (b"\xff\x00a", r#"{"hex":"ff0061"}"#),
        ] {
            let data = Data(bytes.to_vec());
            assert_eq!(serde_json::to_string(&data).unwrap(), want);
            assert_eq!(serde_json::from_str::<Data>(want).unwrap(), data);
            assert_eq!(postcard::from_bytes::<Data>(&postcard::to_stdvec(&data).unwrap()).unwrap(), data);
        }
        for wrong in [r#"{"hex":"f"}"#, r#"{"hex":"zz"}"#, r#"{"hex":"é0"}"#, r#"{"oct":"7"}"#, "{}", "7"] {
            assert!(serde_json::from_str::<Data>(wrong).is_err(), "{wrong}");
        }
    }
}
