//! Addresses and names of files in a recording: as they are written, and not where they really are, which is this machine's own
//! business. In a binary form they are whole.

/// Reads and writes a structure of `shown` and `path`.
macro_rules! shown_only {
    ($kind:ident) => {
        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    return serializer.serialize_str(&self.shown);
                }
                (&self.shown, &self.path).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let shown = <String as serde::Deserialize>::deserialize(deserializer)?;
                    return Ok(Self { shown, path: Vec::new() });
                }
                let (shown, path) = serde::Deserialize::deserialize(deserializer)?;
                Ok(Self { shown, path })
            }
        }
    };
}

pub(super) use shown_only;

#[cfg(test)]
mod tests {
    use super::super::{FilePath, SocketAddress};

    #[test]
    fn a_recording_has_no_path_and_an_order_has() {
        let address = SocketAddress { shown: "srv".to_owned(), path: b"/tmp/x/srv".to_vec() };
        assert_eq!(serde_json::to_string(&address).unwrap(), r#""srv""#);
        let back: SocketAddress = serde_json::from_str(r#""srv""#).unwrap();
        assert_eq!(back, SocketAddress { path: Vec::new(), ..address.clone() });
        let bytes = postcard::to_stdvec(&address).unwrap();
        assert_eq!(postcard::from_bytes::<SocketAddress>(&bytes).unwrap(), address);
        let file = FilePath { shown: "q".to_owned(), path: b"/tmp/x/q".to_vec() };
        assert_eq!(serde_json::to_string(&file).unwrap(), r#""q""#);
        assert_eq!(postcard::from_bytes::<FilePath>(&postcard::to_stdvec(&file).unwrap()).unwrap(), file);
    }
}
