//! What our own stores need of a disk.

use std::{fmt, io, path::Path};

/// A folder.
pub trait Disk: fmt::Debug + Send + Sync {
    /// Where it is, for messages.
    fn path(&self) -> &Path;

    /// Makes the folder if it is missing; then it is durable.
    ///
    /// # Errors
    /// What the system says.
    fn prepare(&self) -> io::Result<()>;

    /// The names of all files.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self) -> io::Result<Vec<String>>;

    /// The whole content of a file; `None` when there is no such file.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// A new file, or an old one made empty.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// A new file.
    ///
    /// # Errors
    /// What the system says; also when there is such a file.
    fn create_new(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// A file that is there.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name; a file that had this name is gone. Durable after [`Disk::sync`].
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Takes a file away. Durable after [`Disk::sync`].
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes the names of the folder durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is open for reading and writing.
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Writes at a place; may write fewer bytes than given, and says how many.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Fills `bytes` from a place.
    ///
    /// # Errors
    /// What the system says; also when the file ends before.
    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Cuts the file, or makes it longer by zeros.
    ///
    /// # Errors
    /// What the system says.
    fn set_length(&self, length: u64) -> io::Result<()>;

    /// Returns when everything written, and the file's length, is durable.
    ///
    /// # Errors
    /// What the system says; afterwards nobody knows what is durable.
    fn sync(&self) -> io::Result<()>;

    /// Writes all of it, in as many writes as the system wants.
    ///
    /// # Errors
    /// What the system says; a part may be written.
    fn write_all_at(&self, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.write_at(bytes, offset) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    bytes = &bytes[written..];
                    offset += written as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
