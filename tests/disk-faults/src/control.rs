//! What is to go wrong: a small file of 64-bit numbers, little-endian, mapped into the process, so that a test
//! reads and writes it while the process runs.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | operations so far |
//! | 1 | the first operation that fails, counted from 1; 0: none |
//! | 2 | how many fail from there on |
//! | 3 | the error number; 0: the process is killed before the operation |
//! | 4 | operations that failed so far |
//! | 5 | what is counted: 0 what changes the disk, 1 what reads it |
//! | 6 | the kind of the first operation that failed, see [`Kind`] |

use std::{
    ffi::CStr,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use libc::{c_char, c_int};

const WORDS: usize = 8;

static FAULTS: OnceLock<Option<Faults>> = OnceLock::new();

/// What a call does to the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Kind {
    /// Bytes are written.
    Write = 1,
    /// A file or folder is synced.
    Sync = 2,
    /// Space is reserved, or a length set.
    Resize = 3,
    /// A file is opened for writing, or made.
    Open = 4,
    /// A name is changed.
    Rename = 5,
    /// A name goes.
    Remove = 6,
    /// A folder is made.
    Folder = 7,
    /// A second name is given.
    Link = 8,
    /// Bytes are read.
    Read = 9,
}

/// What the environment asks for.
struct Faults {
    words: &'static [AtomicU64; WORDS],
    folders: Vec<Vec<u8>>,
}

/// How an operation is to go.
pub enum Course {
    /// As always.
    Normal,
    /// Half of it is written: the disk becomes full in the middle.
    Half,
    /// It fails; the error number is set.
    Fails(c_int),
}

/// Whether a path lies in one of the folders.
pub fn concerns(path: &[u8]) -> bool {
    let inside =
        |folder: &Vec<u8>| path.starts_with(folder) && matches!(path.get(folder.len()), None | Some(b'/'));
    faults().is_some_and(|faults| faults.folders.iter().any(inside))
}

/// Announces an operation on a file that is concerned.
pub fn begin(kind: Kind) -> Course {
    let Some(faults) = faults() else { return Course::Normal };
    let word = |place: usize| &faults.words[place];
    let counted = word(5).load(Ordering::SeqCst);
    if (counted == 1) != (kind == Kind::Read) {
        return Course::Normal;
    }
    let number = word(0).fetch_add(1, Ordering::SeqCst) + 1;
    let (first, many) = (word(1).load(Ordering::SeqCst), word(2).load(Ordering::SeqCst));
    if first == 0 || number < first || number - first >= many {
        return Course::Normal;
    }
    if word(4).fetch_add(1, Ordering::SeqCst) == 0 {
        word(6).store(kind as u64, Ordering::SeqCst);
    }
    let error = c_int::try_from(word(3).load(Ordering::SeqCst)).unwrap_or(libc::EIO);
    if error == 0 {
        // SAFETY: plain system calls; the process ends here.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        loop {
            std::thread::park();
        }
    }
    if error == libc::ENOSPC && kind == Kind::Write && number == first && many > 1 {
        return Course::Half;
    }
    Course::Fails(error)
}

fn faults() -> Option<&'static Faults> {
    FAULTS.get_or_init(read_environment).as_ref()
}

fn read_environment() -> Option<Faults> {
    let folders = variable(c"DISK_FAULTS_UNDER")?.to_bytes();
    let folders = folders.split(|byte| *byte == b':').map(<[u8]>::to_vec).collect();
    Some(Faults { words: map(variable(c"DISK_FAULTS")?)?, folders })
}

fn variable(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: the environment of the tests' processes is never changed, so the text lives for ever.
    let value: *const c_char = unsafe { libc::getenv(name.as_ptr()) };
    // SAFETY: getenv gives null or a C string.
    (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) })
}

fn map(path: &CStr) -> Option<&'static [AtomicU64; WORDS]> {
    // SAFETY: a system call with a C string; not `open` itself, which this library replaces.
    let file = unsafe {
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC)
    };
    let file = c_int::try_from(file).ok().filter(|file| *file >= 0)?;
    let (access, length) = (libc::PROT_READ | libc::PROT_WRITE, WORDS * 8);
    // SAFETY: a new mapping of a file that the test made long enough; it is never unmapped.
    let memory = unsafe { libc::mmap(std::ptr::null_mut(), length, access, libc::MAP_SHARED, file, 0) };
    if memory == libc::MAP_FAILED {
        return None;
    }
    // SAFETY: mapped for ever, page-aligned, and every bit pattern is a number.
    Some(unsafe { &*memory.cast::<[AtomicU64; WORDS]>() })
}
