//! The addresses that the kernel tells, as a C program would ask for them.

use std::mem::{size_of, zeroed};

use tincans::order::Extra;

use super::Reply;
use super::calls::{answer, of, with, with_data};

type NameCall = unsafe extern "C" fn(i32, *mut libc::sockaddr, *mut libc::socklen_t) -> i32;

/// getsockname(2) or getpeername(2).
pub fn name(fd: i32, of_what: NameCall) -> Reply {
    // SAFETY: all zeroes is a valid address.
    let mut address: libc::sockaddr_un = unsafe { zeroed() };
    let mut length = libc::socklen_t::try_from(size_of::<libc::sockaddr_un>()).unwrap_or(0);
    // SAFETY: pointer and length are the address's.
    let reply = of(unsafe { of_what(fd, (&raw mut address).cast(), &raw mut length) });
    if reply.ret < 0 {
        return reply;
    }
    with(reply, Extra::Name(shown(&address, length)))
}

/// recvfrom(2).
pub fn receive(fd: i32, mut buffer: Vec<u8>, flags: i32) -> Reply {
    // SAFETY: all zeroes is a valid address.
    let mut from: libc::sockaddr_un = unsafe { zeroed() };
    let mut length = libc::socklen_t::try_from(size_of::<libc::sockaddr_un>()).unwrap_or(0);
    let (pointer, address) = (buffer.as_mut_ptr().cast(), (&raw mut from).cast());
    // SAFETY: pointers and lengths are the buffer's and the address's.
    let reply = answer(unsafe { libc::recvfrom(fd, pointer, buffer.len(), flags, address, &raw mut length) });
    let extra = if reply.ret < 0 { Extra::None } else { Extra::From(shown(&from, length)) };
    with(with_data(reply, buffer), extra)
}

fn shown(address: &libc::sockaddr_un, length: libc::socklen_t) -> Vec<u8> {
    let path: Vec<u8> = address.sun_path[..(length as usize).saturating_sub(2).min(address.sun_path.len())]
        .iter()
        .map(|c| c.cast_unsigned())
        .collect();
    let text = String::from_utf8_lossy(&path).into_owned();
    let last = text.trim_matches('\0').rsplit('/').next().unwrap_or_default().to_owned();
    if text.starts_with('\0') { format!("@{last}") } else { last }.into_bytes()
}
