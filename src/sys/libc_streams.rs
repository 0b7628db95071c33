//! The stdio streams of another process that uses glibc: what stands in their buffers and was not written yet. All of it is read
//! from that process's memory, elf(5); of another libc, and of a static program, nothing is known.

use super::process_memory;

/// Bytes of `struct _IO_FILE` up to `_fileno` and with it, the same on all 64-bit machines.
const FILE_BYTES: usize = 116;
/// What stands in the upper half of `_flags`.
const MAGIC: u32 = 0xfbad_0000;
/// Flag: the buffer is one for writing now.
const CURRENTLY_PUTTING: u32 = 0x800;
/// Streams of a process that are looked at.
const MOST_STREAMS: usize = 64;
/// Symbols of one hash value that are looked at.
const MOST_SYMBOLS: u64 = 1024;
/// Bytes of a buffer that are read.
const MOST_BYTES: u64 = 4096;

/// A stream with something in its buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The descriptor it writes to.
    pub fd: i32,
    /// The first bytes.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub length: u64,
}

/// Where a process has the list of its streams; none if it has loaded no glibc.
pub fn list_of(pid: i32) -> Option<u64> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    // The first part of the file is mapped first.
    let line = maps.lines().find(|line| line.ends_with("/libc.so.6"))?;
    let begin = u64::from_str_radix(line.split('-').next()?, 16).ok()?;
    Image { pid, begin }.symbol(b"_IO_list_all\0")
}

/// The streams whose buffers are not empty.
pub fn pending(pid: i32, list: u64) -> Vec<Pending> {
    let mut found = Vec::new();
    let mut next = word64(pid, list);
    for _ in 0..MOST_STREAMS {
        let Some(at) = next.filter(|at| *at != 0) else { break };
        let file = process_memory::read(pid, at, FILE_BYTES);
        let (Some(flags), Some(base), Some(filled), Some(fd)) =
            (number32(&file, 0), number64(&file, 32), number64(&file, 40), number32(&file, 112))
        else {
            break;
        };
        if flags & 0xffff_0000 != MAGIC {
            break;
        }
        if flags & CURRENTLY_PUTTING != 0 && filled > base {
            let length = filled - base;
            let bytes = process_memory::read(pid, base, usize::try_from(length.min(MOST_BYTES)).unwrap_or(0));
            found.push(Pending { fd: fd.cast_signed(), bytes, length });
        }
        next = number64(&file, 104);
    }
    found
}

/// A shared object as it is loaded in a process.
struct Image {
    pid: i32,
    begin: u64,
}

impl Image {
    /// The address of a symbol, whose name ends in a zero byte, by the object's GNU hash table.
    fn symbol(&self, name: &[u8]) -> Option<u64> {
        const STRTAB: u64 = 5;
        const SYMTAB: u64 = 6;
        const GNU_HASH: u64 = 0x6fff_fef5;
        let dynamic = self.dynamic()?;
        let table = |tag| {
            let row = dynamic.chunks_exact(16).find(|row| number64(row, 0) == Some(tag))?;
            // ld.so may have added the object's address already.
            number64(row, 8).map(|value| if value < self.begin { self.begin + value } else { value })
        };
        let (names, symbols, hashes) = (table(STRTAB)?, table(SYMTAB)?, table(GNU_HASH)?);
        let head = process_memory::read(self.pid, hashes, 16);
        let (buckets, first) = (u64::from(number32(&head, 0)?), u64::from(number32(&head, 4)?));
        let buckets_at = hashes + 16 + 8 * u64::from(number32(&head, 8)?);
        let hash = gnu_hash(name.strip_suffix(b"\0")?);
        let begin = u64::from(self.word32(buckets_at + 4 * u64::from(hash).checked_rem(buckets)?)?);
        for index in begin..begin + MOST_SYMBOLS {
            let found = self.word32(buckets_at + 4 * buckets + 4 * index.checked_sub(first)?)?;
            if found | 1 == hash | 1 {
                let symbol = process_memory::read(self.pid, symbols + 24 * index, 24);
                let at = names + u64::from(number32(&symbol, 0)?);
                if process_memory::read(self.pid, at, name.len()) == name {
                    return Some(self.begin + number64(&symbol, 8)?);
                }
            }
            if found & 1 == 1 {
                return None;
            }
        }
        None
    }

    /// Its dynamic section.
    fn dynamic(&self) -> Option<Vec<u8>> {
        const PT_DYNAMIC: u32 = 2;
        let header = process_memory::read(self.pid, self.begin, 64);
        if !header.starts_with(b"\x7fELF\x02") {
            return None;
        }
        let (size, count) = (number32(&header, 54)? & 0xffff, number32(&header, 56)? & 0xffff);
        let size = usize::try_from(size).ok().filter(|size| *size >= 56)?;
        let rows =
            process_memory::read(self.pid, self.begin + number64(&header, 32)?, size * usize::try_from(count).ok()?);
        let row = rows.chunks_exact(size).find(|row| number32(row, 0) == Some(PT_DYNAMIC))?;
        let length = usize::try_from(number64(row, 40)?.min(MOST_BYTES)).ok()?;
        Some(process_memory::read(self.pid, self.begin + number64(row, 16)?, length))
    }

    fn word32(&self, address: u64) -> Option<u32> {
        number32(&process_memory::read(self.pid, address, 4), 0)
    }
}

fn gnu_hash(name: &[u8]) -> u32 {
    name.iter().fold(5381, |hash: u32, byte| hash.wrapping_mul(33).wrapping_add(u32::from(*byte)))
}

fn word64(pid: i32, address: u64) -> Option<u64> {
    number64(&process_memory::read(pid, address, 8), 0)
}

fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
