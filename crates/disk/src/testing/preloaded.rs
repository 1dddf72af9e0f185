//! Faults for other processes: the library of `tests/disk-faults`, loaded in front of the C library, and the
//! file by which it is told what is to fail.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

/// Bytes of the control file; `tests/disk-faults/src/control.rs` says what they mean.
const BYTES: u64 = 64;
/// There is no space.
pub const ENOSPC: u64 = 28;
/// The disk cannot.
pub const EIO: u64 = 5;
/// Not an error: the process is killed.
pub const KILL: u64 = 0;
/// All operations from the first one on.
pub const FROM_THEN_ON: u64 = u64::MAX;

/// What is counted and fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Operations that change the disk.
    Changes,
    /// Reads.
    Reads,
}

/// The disk of a process yet to be started.
#[derive(Debug)]
pub struct PreloadedFaults {
    library: PathBuf,
    path: PathBuf,
    file: File,
    folders: Vec<PathBuf>,
}

impl PreloadedFaults {
    /// Makes the control file `control`; `folders` are concerned. The library lies where `make shim` put
    /// it, beside the tests.
    ///
    /// # Errors
    /// When the file cannot be made, or the library was not built.
    pub fn new(control: &Path, folders: &[PathBuf]) -> io::Result<Self> {
        let test = std::env::current_exe()?;
        let library = test.ancestors().nth(2).unwrap_or(&test).join("libdisk_faults.so");
        if !library.exists() {
            let complaint = format!("{} is missing: run `make shim`", library.display());
            return Err(io::Error::new(io::ErrorKind::NotFound, complaint));
        }
        let file = File::options().read(true).write(true).create(true).truncate(true).open(control)?;
        file.set_len(BYTES)?;
        Ok(Self { library, path: control.to_owned(), file, folders: folders.to_vec() })
    }

    /// What the process must have in its environment.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let folders: Vec<_> = self.folders.iter().map(|folder| folder.display().to_string()).collect();
        vec![
            ("LD_PRELOAD", self.library.display().to_string()),
            ("DISK_FAULTS", self.path.display().to_string()),
            ("DISK_FAULTS_UNDER", folders.join(":")),
        ]
    }

    /// The operation `first`, counted from 1, and so `many` from there on, end with this error.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub fn fail(&self, counted: Counted, first: u64, many: u64, error: u64) -> io::Result<()> {
        self.set(1, 0)?;
        self.set(2, many)?;
        self.set(3, error)?;
        self.set(4, 0)?;
        self.set(5, u64::from(counted == Counted::Reads))?;
        self.set(1, first)
    }

    /// Nothing fails any more; operations are counted from 1 again.
    ///
    /// # Errors
    /// When the control file cannot be written.
    pub fn mend(&self) -> io::Result<()> {
        self.set(1, 0)?;
        self.set(0, 0)
    }

    /// Operations so far.
    ///
    /// # Errors
    /// When the control file cannot be read.
    pub fn operations(&self) -> io::Result<u64> {
        self.get(0)
    }

    /// How many of them failed, and of which kind the first one was.
    ///
    /// # Errors
    /// When the control file cannot be read.
    pub fn failed(&self) -> io::Result<(u64, &'static str)> {
        const KINDS: [&str; 10] =
            ["none", "write", "sync", "resize", "open", "rename", "remove", "folder", "link", "read"];
        let kind = usize::try_from(self.get(6)?).unwrap_or(0);
        Ok((self.get(4)?, KINDS.get(kind).copied().unwrap_or("unknown")))
    }

    fn get(&self, word: u64) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, word * 8)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn set(&self, word: u64, value: u64) -> io::Result<()> {
        self.file.write_all_at(&value.to_le_bytes(), word * 8)
    }
}
