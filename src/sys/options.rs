//! getsockopt(2) and setsockopt(2) at SOL_SOCKET, by the words that statements use.

use crate::abi::{Errno, SOCKET_OPTIONS};
use crate::order::{Credentials, Extra};

use super::calls::CallResult;

/// getsockopt(2): the answer, and the value in the statement's unit (time-outs in ms, linger in s or -1 for off).
pub fn get(fd: i32, option: &str) -> (CallResult, Extra) {
    match option {
        "rcvtimeo" | "sndtimeo" => {
            let (answer, time) = get_raw(fd, option, libc::timeval { tv_sec: 0, tv_usec: 0 });
            (answer, Extra::Value(time.tv_sec * 1000 + time.tv_usec / 1000))
        }
        "linger" => {
            let (answer, linger) = get_raw(fd, option, libc::linger { l_onoff: 0, l_linger: 0 });
            (answer, Extra::Value(if linger.l_onoff == 0 { -1 } else { i64::from(linger.l_linger) }))
        }
        "peercred" => {
            let (answer, creds) = get_raw(fd, option, libc::ucred { pid: 0, uid: 0, gid: 0 });
            (answer, Extra::Peer(Credentials { pid: creds.pid, uid: creds.uid, gid: creds.gid }))
        }
        _ => {
            let (answer, value) = get_raw(fd, option, 0_i32);
            (answer, Extra::Value(i64::from(value)))
        }
    }
}

/// setsockopt(2) with a value in the statement's unit.
pub fn set(fd: i32, option: &str, value: i64) -> CallResult {
    match option {
        "rcvtimeo" | "sndtimeo" => {
            set_raw(fd, option, &libc::timeval { tv_sec: value / 1000, tv_usec: value % 1000 * 1000 })
        }
        "linger" => {
            let seconds = i32::try_from(value).unwrap_or(i32::MAX);
            set_raw(fd, option, &libc::linger { l_onoff: i32::from(seconds >= 0), l_linger: seconds.max(0) })
        }
        _ => set_raw(fd, option, &i32::try_from(value).unwrap_or(i32::MAX)),
    }
}

fn number_of(option: &str) -> i32 {
    SOCKET_OPTIONS.iter().find(|row| row.0 == option).map_or(-1, |row| row.2)
}

fn get_raw<T>(fd: i32, option: &str, mut value: T) -> (CallResult, T) {
    let mut length = libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0);
    let pointer = (&raw mut value).cast();
    // SAFETY: pointer and length are those of a local plain C struct or int, for which any bytes are valid.
    let ret = unsafe { libc::getsockopt(fd, libc::SOL_SOCKET, number_of(option), pointer, &raw mut length) };
    (if ret < 0 { CallResult::failed(super::last_errno()) } else { CallResult { ret: 0, errno: Errno::NONE } }, value)
}

fn set_raw<T>(fd: i32, option: &str, value: &T) -> CallResult {
    let length = libc::socklen_t::try_from(size_of::<T>()).unwrap_or(0);
    // SAFETY: pointer and length are those of a live plain C struct or int.
    CallResult::of(unsafe {
        libc::setsockopt(fd, libc::SOL_SOCKET, number_of(option), std::ptr::from_ref(value).cast(), length)
    })
}
