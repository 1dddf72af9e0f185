//! Files as a node must read and write them: bounded, regular, atomically, never over something else.

use std::{
    ffi::OsString,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, OFlags, RenameFlags};

use crate::exit::{ExitCode, Failure};

/// What to do when the file exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfExists {
    /// Leave it and fail.
    Refuse,
    /// Put the new one in its place, in one step.
    Replace,
}

/// Opens a regular file; a pipe or device is refused without blocking on it.
///
/// # Errors
/// What the system says, or that it is no regular file.
pub fn open_regular(path: &Path, extra: OFlags) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::CLOEXEC | extra;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

/// Reads a whole regular file of at most `bytes_max` bytes.
///
/// # Errors
/// [`ExitCode::Io`], also for a larger file.
pub fn read_capped(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let file =
        open_regular(path, OFlags::empty()).map_err(|error| Failure::io("cannot read", path, &error))?;
    read_open(file, path, bytes_max)
}

/// As [`read_capped`], and the content must be UTF-8.
///
/// # Errors
/// [`ExitCode::Io`].
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    String::from_utf8(read_capped(path, bytes_max)?)
        .map_err(|_| Failure::new(ExitCode::Io, format!("{}: expected UTF-8 text", path.display())))
}

/// Reads the rest of an open file of at most `bytes_max` bytes.
///
/// # Errors
/// [`ExitCode::Io`].
pub fn read_open(file: File, path: &Path, bytes_max: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    file.take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io("cannot read", path, &error))?;
    if bytes.len() as u64 > bytes_max {
        let message =
            format!("{}: larger than the {bytes_max} bytes that such a file may have", path.display());
        return Err(Failure::new(ExitCode::Io, message));
    }
    Ok(bytes)
}

/// Makes a directory, and its parents, readable by the owner only; one that exists stays as it is.
///
/// # Errors
/// [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn make_private_directory(path: &Path) -> Result<(), Failure> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|error| Failure::io("cannot create directory", path, &error))
}

/// Makes renames in a directory survive a power cut.
///
/// # Errors
/// [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn sync_directory(path: &Path) -> Result<(), Failure> {
    let synced = File::open(path).and_then(|directory| directory.sync_all());
    synced.map_err(|error| Failure::io("cannot sync", path, &error))
}

/// Writes a file as a whole: under another name first, flushed to the disk, then renamed; the directory is
/// flushed too. Readers see nothing or all of it, also after a power cut.
///
/// # Errors
/// [`ExitCode::Failed`] when it exists and may not be replaced; [`ExitCode::Io`], [`ExitCode::NoSpace`].
pub fn write_whole(path: &Path, bytes: &[u8], mode: u32, if_exists: IfExists) -> Result<(), Failure> {
    let written = write_beside(path, bytes, mode, if_exists);
    written.map_err(|error| match (error.kind(), if_exists) {
        (io::ErrorKind::AlreadyExists, IfExists::Refuse) => {
            let message =
                format!("{} exists and is not overwritten: choose another name or remove it", path.display());
            Failure::because(ExitCode::Failed, "exists", message)
        }
        _ => Failure::io("cannot write", path, &error),
    })
}

fn write_beside(path: &Path, bytes: &[u8], mode: u32, if_exists: IfExists) -> io::Result<()> {
    // Asked first so that nothing is written in vain; the rename decides.
    if if_exists == IfExists::Refuse && path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let beside = name_beside(path)?;
    let result = write_and_rename(path, &beside, bytes, mode, if_exists);
    if result.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    result
}

fn write_and_rename(
    path: &Path,
    beside: &Path,
    bytes: &[u8],
    mode: u32,
    if_exists: IfExists,
) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    match if_exists {
        IfExists::Replace => std::fs::rename(beside, path)?,
        IfExists::Refuse => rename_onto_nothing(beside, path)?,
    }
    File::open(directory_of(path))?.sync_all()
}

/// Renames without ever replacing; file systems without that call offer it through a hard link.
fn rename_onto_nothing(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            std::fs::hard_link(from, to)?;
            std::fs::remove_file(from)
        }
        other => Ok(other?),
    }
}

fn name_beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or(io::Error::new(io::ErrorKind::InvalidInput, "names no file"))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.new", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
