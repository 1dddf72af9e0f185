//! A folder of the operating system.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use crate::disk::{Disk, DiskFile};

/// A folder of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealDisk(PathBuf);

/// A file of the operating system.
#[derive(Debug)]
pub struct RealFile(File);

impl RealDisk {
    /// Names the folder; nothing is touched.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
}

impl Disk for RealDisk {
    fn path(&self) -> &Path {
        &self.0
    }

    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        match self.0.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => sync_folder(parent),
            None => Ok(()),
        }
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        open(File::options().create(true).truncate(true), &self.0.join(name))
    }

    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        open(File::options().create_new(true), &self.0.join(name))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>> {
        open(&mut File::options(), &self.0.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        sync_folder(&self.0)
    }
}

impl DiskFile for RealFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.0.write_at(bytes, offset)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        // fdatasync: includes the file's length, leaves out its times.
        self.0.sync_data()
    }
}

fn open(options: &mut OpenOptions, path: &Path) -> io::Result<Box<dyn DiskFile>> {
    let file = options.read(true).write(true).open(path)?;
    Ok(Box::new(RealFile(file)))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
