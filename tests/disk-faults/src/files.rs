//! Which open files are concerned.

use std::sync::atomic::{AtomicBool, Ordering};

use libc::{c_char, c_int};

use crate::control::concerns;

const FILES_MAX: usize = 65_536;

/// Files that were opened in one of the folders. The number may have got another file since.
static MARKED: [AtomicBool; FILES_MAX] = [const { AtomicBool::new(false) }; FILES_MAX];

/// A file was opened.
pub fn opened(file: c_int) {
    if let Some(mark) = mark(file) {
        mark.store(true, Ordering::Relaxed);
    }
}

/// Whether an open file is concerned.
pub fn is_concerned(file: c_int) -> bool {
    let Some(mark) = mark(file).filter(|mark| mark.load(Ordering::Relaxed)) else { return false };
    let is_here = is_in_folder(file);
    if !is_here {
        mark.store(false, Ordering::Relaxed);
    }
    is_here
}

/// Whether a path, as given to the C library, is concerned.
///
/// # Safety
/// `path` is a C string.
pub unsafe fn is_concerned_path(path: *const c_char) -> bool {
    // SAFETY: the caller's promise.
    !path.is_null() && concerns(unsafe { std::ffi::CStr::from_ptr(path) }.to_bytes())
}

fn mark(file: c_int) -> Option<&'static AtomicBool> {
    MARKED.get(usize::try_from(file).ok()?)
}

fn is_in_folder(file: c_int) -> bool {
    let link = format!("/proc/self/fd/{file}\0");
    let mut path = [0_u8; 4096];
    // SAFETY: a C string, and a buffer with its length.
    let length = unsafe { libc::readlink(link.as_ptr().cast(), path.as_mut_ptr().cast(), path.len()) };
    usize::try_from(length).is_ok_and(|length| concerns(&path[..length]))
}
