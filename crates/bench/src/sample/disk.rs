//! The size of a directory.

use std::{fs, path::Path};

/// The bytes of all files below; what vanishes meanwhile does not count.
#[must_use]
pub fn directory_bytes(directory: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(directory) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => directory_bytes(&entry.path()),
        Ok(metadata) if metadata.is_file() => metadata.len(),
        Ok(_) | Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_folders_count() {
        let folder = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(folder.path().join("a/b")).expect("makes");
        fs::write(folder.path().join("one"), [0; 100]).expect("writes");
        fs::write(folder.path().join("a/b/two"), [0; 23]).expect("writes");
        assert_eq!(directory_bytes(folder.path()), 123);
        assert_eq!(directory_bytes(&folder.path().join("none")), 0);
    }
}
