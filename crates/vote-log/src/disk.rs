//! What the vote log needs of a disk: one folder, a few files.

use std::{fmt, io, path::Path};

/// A folder.
pub trait Disk: fmt::Debug {
    /// A file that is open for writing.
    type File: DiskFile;

    /// Where it is, for messages.
    fn path(&self) -> &Path;

    /// Makes the folder if it is missing; then it is durable.
    ///
    /// # Errors
    /// What the system says.
    fn prepare(&self) -> io::Result<()>;

    /// The whole content of a file; `None` when there is no such file.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// A new file, or an old one made empty.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Gives a file another name; a file that had this name is gone. Durable after [`Disk::sync`].
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Makes the names of the folder durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is open for writing.
pub trait DiskFile: fmt::Debug {
    /// Writes at a place; may write fewer bytes than given, and says how many.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Returns when everything written, and the file's length, is durable.
    ///
    /// # Errors
    /// What the system says; afterwards nobody knows what is durable.
    fn sync(&mut self) -> io::Result<()>;
}
