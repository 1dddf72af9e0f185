//! What can happen to the files of a node that does not run.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::Cluster;

/// A copy of a node's memory: vote log, ledger and batches.
#[derive(Debug)]
pub struct Image(PathBuf);

impl Cluster {
    /// Removes data and vote log; the keys stay.
    ///
    /// # Panics
    /// When files cannot be removed.
    pub fn wipe(&self, node: usize) {
        for folder in MEMORY {
            fs::remove_dir_all(self.home(node).join(folder)).unwrap();
        }
    }

    /// Copies what a stopped node remembers.
    ///
    /// # Panics
    /// When it runs, or files cannot be copied.
    #[must_use]
    pub fn copy_aside(&self, node: usize) -> Image {
        assert!(!self.started().contains(&node), "node {node} runs");
        let aside = self.directory().join(format!("image-of-node{node}"));
        let _ = fs::remove_dir_all(&aside);
        for folder in MEMORY {
            copy(&self.home(node).join(folder), &aside.join(folder));
        }
        Image(aside)
    }

    /// Puts an old memory in the place of the present one, as a restored machine image does.
    ///
    /// # Panics
    /// When it runs, or files cannot be copied.
    pub fn roll_back(&self, node: usize, image: &Image) {
        assert!(!self.started().contains(&node), "node {node} runs");
        self.wipe(node);
        for folder in MEMORY {
            copy(&image.0.join(folder), &self.home(node).join(folder));
        }
    }
}

const MEMORY: [&str; 2] = ["data", "votes"];

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
