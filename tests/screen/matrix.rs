//! The matrix inside the UI: it is searched by words, by what the kernel answers too, and a cell becomes a bench.

use crate::support::pty::{Pty, Size, unwelcome};

#[test]
fn a_cell_is_found_asked_and_opened_at_every_size() {
    let sizes: [Size; 3] = [(18, 60), (36, 120), (60, 200)];
    for size in sizes {
        let mut pty = Pty::start(size);
        pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
        pty.escape();
        pty.type_bytes(b"V");
        pty.wait("an answer", |screen| screen.contains("matrix: what this") && screen.contains("≠\"hellow"));
        pty.type_bytes(b"msg_peek");
        pty.wait("the row", |screen| screen.contains("▸ peek") && screen.contains("≠\"onetwo\""));
        pty.type_bytes(b"\t\r");
        pty.wait("the cell as a bench", |screen| screen.contains(" c SOCK_DGRAM") && screen.contains("peek on dgram"));
        // `/` finds rows, too.
        pty.type_bytes(b"/msg_peek");
        pty.wait("the row in the palette", |screen| screen.contains("matrix, peek"));
        pty.type_bytes(b"\x03");
        assert_eq!(pty.status(), 0);
        assert_eq!(unwelcome(pty.bytes()), [""; 0]);
    }
}
