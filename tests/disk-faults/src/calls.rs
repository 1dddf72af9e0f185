//! The calls that change the disk, each as the C library declares it. What is not to fail becomes the system
//! call itself.
//!
//! Safety, for all of them: the caller keeps the C library's rules, and every argument is passed on as it is.
#![allow(clippy::missing_safety_doc, missing_docs, reason = "they are the C library's functions")]

use libc::{c_char, c_int, c_long, c_void, iovec, mode_t, off_t, size_t, ssize_t};

use crate::{
    control::{Course, Kind, begin},
    files::{is_concerned, is_concerned_path, opened},
};

macro_rules! call {
    ($number:ident $(, $argument:expr)*) => {
        // SAFETY: the arguments of the C function are those of the system call.
        unsafe { libc::syscall(libc::$number $(, $argument)*) }
    };
}
pub(crate) use call;

/// Sets the error number.
pub fn fail(error: c_int) -> c_long {
    // SAFETY: the address of this thread's error number.
    unsafe { *libc::__errno_location() = error };
    -1
}

fn on_file(file: c_int, kind: Kind, act: impl FnOnce() -> c_long) -> c_long {
    match if is_concerned(file) { begin(kind) } else { Course::Normal } {
        Course::Normal | Course::Half => act(),
        Course::Fails(error) => fail(error),
    }
}

/// A write of `length` bytes, of which `act` writes so many as it is told.
fn writing(file: c_int, length: size_t, act: impl FnOnce(size_t) -> c_long) -> ssize_t {
    let result = match if is_concerned(file) { begin(Kind::Write) } else { Course::Normal } {
        Course::Normal => act(length),
        Course::Half => act(length.div_ceil(2)),
        Course::Fails(error) => fail(error),
    };
    result as ssize_t
}

fn on_path(path: *const c_char, kind: Kind, act: impl FnOnce() -> c_long) -> c_int {
    // SAFETY: a C string, by the rules of the function called.
    let course = if unsafe { is_concerned_path(path) } { begin(kind) } else { Course::Normal };
    let result = match course {
        Course::Normal | Course::Half => act(),
        Course::Fails(error) => fail(error),
    };
    result as c_int
}

fn opening(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    let open = || call!(SYS_openat, folder, path, flags, mode);
    // SAFETY: a C string, by the rules of `open`.
    if !unsafe { is_concerned_path(path) } {
        return open() as c_int;
    }
    let changes = flags & (libc::O_CREAT | libc::O_TRUNC) != 0 || flags & libc::O_ACCMODE != libc::O_RDONLY;
    let file = if changes { on_path(path, Kind::Open, open) } else { open() as c_int };
    opened(file);
    file
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opening(libc::AT_FDCWD, path, flags, mode)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opening(libc::AT_FDCWD, path, flags, mode)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opening(folder, path, flags, mode)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat64(folder: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    opening(folder, path, flags, mode)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, bytes: *const c_void, length: size_t) -> ssize_t {
    writing(file, length, |length| call!(SYS_write, file, bytes, length))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, length: size_t, at: off_t) -> ssize_t {
    writing(file, length, |length| call!(SYS_pwrite64, file, bytes, length, at))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(file: c_int, bytes: *const c_void, length: size_t, at: off_t) -> ssize_t {
    writing(file, length, |length| call!(SYS_pwrite64, file, bytes, length, at))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
    on_file(file, Kind::Write, || call!(SYS_writev, file, parts, count)) as ssize_t
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(file: c_int) -> c_int {
    on_file(file, Kind::Sync, || call!(SYS_fsync, file)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(file: c_int) -> c_int {
    on_file(file, Kind::Sync, || call!(SYS_fdatasync, file)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sync_file_range(file: c_int, at: off_t, length: off_t, flags: u32) -> c_int {
    on_file(file, Kind::Sync, || call!(SYS_sync_file_range, file, at, length, flags)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fallocate(file: c_int, mode: c_int, at: off_t, length: off_t) -> c_int {
    on_file(file, Kind::Resize, || call!(SYS_fallocate, file, mode, at, length)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fallocate64(file: c_int, mode: c_int, at: off_t, length: off_t) -> c_int {
    on_file(file, Kind::Resize, || call!(SYS_fallocate, file, mode, at, length)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(file: c_int, length: off_t) -> c_int {
    on_file(file, Kind::Resize, || call!(SYS_ftruncate, file, length)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(file: c_int, length: off_t) -> c_int {
    on_file(file, Kind::Resize, || call!(SYS_ftruncate, file, length)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    on_path(to, Kind::Rename, || call!(SYS_renameat2, libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    on_path(path, Kind::Remove, || call!(SYS_unlinkat, libc::AT_FDCWD, path, 0))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mkdir(path: *const c_char, mode: mode_t) -> c_int {
    on_path(path, Kind::Folder, || call!(SYS_mkdirat, libc::AT_FDCWD, path, mode))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn link(from: *const c_char, to: *const c_char) -> c_int {
    on_path(to, Kind::Link, || call!(SYS_linkat, libc::AT_FDCWD, from, libc::AT_FDCWD, to, 0))
}
