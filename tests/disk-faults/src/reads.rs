//! The calls that read: a sector that cannot be read any more.
//!
//! Safety: as in [`crate::calls`].
#![allow(clippy::missing_safety_doc, missing_docs, reason = "they are the C library's functions")]

use libc::{FILE, c_int, c_long, c_void, off_t, size_t, ssize_t};

use crate::{
    calls::{call, fail},
    control::{Course, Kind, begin},
    files::is_concerned,
};

fn reading(file: c_int, act: impl FnOnce() -> c_long) -> ssize_t {
    let result = match if is_concerned(file) { begin(Kind::Read) } else { Course::Normal } {
        Course::Normal | Course::Half => act(),
        Course::Fails(error) => fail(error),
    };
    result as ssize_t
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(file: c_int, bytes: *mut c_void, length: size_t) -> ssize_t {
    reading(file, || call!(SYS_read, file, bytes, length))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread(file: c_int, bytes: *mut c_void, length: size_t, at: off_t) -> ssize_t {
    reading(file, || call!(SYS_pread64, file, bytes, length, at))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread64(file: c_int, bytes: *mut c_void, length: size_t, at: off_t) -> ssize_t {
    reading(file, || call!(SYS_pread64, file, bytes, length, at))
}

/// RocksDB reads its logs through streams, whose reads inside the C library cannot be replaced. Without the
/// marks of a stream's end a result of nothing is an error to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fread_unlocked(
    bytes: *mut c_void,
    size: size_t,
    count: size_t,
    stream: *mut FILE,
) -> size_t {
    // SAFETY: an open stream, by the rules of the function.
    let file = unsafe { libc::fileno(stream) };
    if is_concerned(file)
        && let Course::Fails(error) = begin(Kind::Read)
    {
        fail(error);
        return 0;
    }
    // SAFETY: the arguments of one are those of the other.
    unsafe { libc::fread(bytes, size, count, stream) }
}
