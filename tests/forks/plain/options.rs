//! getsockopt(2) and setsockopt(2) as a C program would call them.

use tincans::order::{Credentials, Extra};

use super::Reply;
use super::calls::{of, with};

fn option_number(word: &str) -> i32 {
    match word {
        "sndbuf" => libc::SO_SNDBUF,
        "rcvbuf" => libc::SO_RCVBUF,
        "type" => libc::SO_TYPE,
        "domain" => libc::SO_DOMAIN,
        "protocol" => libc::SO_PROTOCOL,
        "error" => libc::SO_ERROR,
        "passcred" => libc::SO_PASSCRED,
        "peercred" => libc::SO_PEERCRED,
        "acceptconn" => libc::SO_ACCEPTCONN,
        "sndtimeo" => libc::SO_SNDTIMEO,
        "rcvtimeo" => libc::SO_RCVTIMEO,
        "peek_off" => libc::SO_PEEK_OFF,
        "reuseaddr" => libc::SO_REUSEADDR,
        "oobinline" => libc::SO_OOBINLINE,
        "linger" => libc::SO_LINGER,
        "rcvlowat" => libc::SO_RCVLOWAT,
        _ => -1,
    }
}

/// An option as up to four ints.
fn raw_option(fd: i32, number: i32) -> (Reply, [i32; 4]) {
    let mut value = [0_i32; 4];
    let mut length = 16;
    // SAFETY: pointer and length are the array's.
    let reply =
        of(unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, number, value.as_mut_ptr().cast(), &raw mut length) });
    (reply, value)
}

/// An option that is an int.
pub fn option(fd: i32, number: i32) -> (Reply, i32) {
    let (reply, value) = raw_option(fd, number);
    (reply, value[0])
}

/// getsockopt(2), by the word of a statement and in its unit.
pub fn get(fd: i32, word: &str) -> Reply {
    let (reply, value) = raw_option(fd, option_number(word));
    if reply.ret < 0 {
        return reply;
    }
    let extra = match word {
        "peercred" => {
            Extra::Peer(Credentials { pid: value[0], uid: value[1].cast_unsigned(), gid: value[2].cast_unsigned() })
        }
        "linger" => Extra::Value(if value[0] == 0 { -1 } else { i64::from(value[1]) }),
        // Seconds and microseconds, eight bytes each.
        "rcvtimeo" | "sndtimeo" => Extra::Value(i64::from(value[0]) * 1000 + i64::from(value[2]) / 1000),
        _ => Extra::Value(i64::from(value[0])),
    };
    with(reply, extra)
}

/// setsockopt(2), by the word of a statement and in its unit.
pub fn set(fd: i32, word: &str, value: i32) -> Reply {
    let long: &[i32] = match word {
        "linger" => &[i32::from(value >= 0), value.max(0)],
        "rcvtimeo" | "sndtimeo" => &[value / 1000, 0, value % 1000 * 1000, 0],
        _ => &[value],
    };
    let length = libc::socklen_t::try_from(4 * long.len()).unwrap_or(0);
    // SAFETY: pointer and length are the slice's.
    of(unsafe { libc::setsockopt(fd, libc::SOL_SOCKET, option_number(word), long.as_ptr().cast(), length) })
}
