//! The state tree between blocks: written to its pages when enough of them have changed, not with each block. What
//! was not written is made again after a restart from the blocks' undo rows, which are kept until then.

use std::collections::BTreeSet;

use types::Height;

use crate::{
    LedgerError, LedgerOptions,
    store::{Batch, Column, keys, meta},
    tree::{Prefix, Tree},
};

/// The newest tree and what of it is not written.
pub(crate) struct Pages {
    pub(crate) tree: Tree,
    touched: BTreeSet<Prefix>,
    /// The stored pages are those after this block.
    written: Height,
    /// Undo rows up to here are gone.
    undone: Height,
    touched_max: usize,
    blocks_max: u64,
}

impl Pages {
    /// The tree after the newest block, with the pages that differ from the stored ones, which are of `written`.
    pub(crate) fn new(
        tree: Tree,
        touched: BTreeSet<Prefix>,
        written: Height,
        certified: Height,
        options: &LedgerOptions,
    ) -> Self {
        let (touched_max, blocks_max) = (options.tree_pages_max, options.tree_blocks_max);
        Self { tree, touched, written, undone: certified.min(written), touched_max, blocks_max }
    }

    /// Follows a block whose writes are in `batch`.
    pub(super) fn follow(
        &mut self,
        batch: &mut Batch<'_>,
        height: Height,
        tree: &Tree,
        mut touched: BTreeSet<Prefix>,
    ) -> Result<(), LedgerError> {
        self.tree = tree.clone();
        self.touched.append(&mut touched);
        let is_due = self.touched.len() >= self.touched_max
            || height.get().saturating_sub(self.written.get()) >= self.blocks_max;
        if is_due { self.write(batch, height) } else { Ok(()) }
    }

    fn write(&mut self, batch: &mut Batch<'_>, height: Height) -> Result<(), LedgerError> {
        for prefix in &self.touched {
            match self.tree.page(prefix) {
                Some(page) => batch.put(Column::Tree, &prefix.encode(), &page)?,
                None => batch.delete(Column::Tree, &prefix.encode())?,
            }
        }
        batch.put(Column::Meta, meta::TREE, &keys::height(height))?;
        self.tree = self.tree.shrunk_to(&self.touched);
        self.touched.clear();
        self.written = height;
        Ok(())
    }

    /// Drops the undo rows that neither readers nor the tree need.
    pub(super) fn drop_undo(&mut self, batch: &mut Batch<'_>, certified: Height) -> Result<(), LedgerError> {
        while self.undone < certified.min(self.written) {
            self.undone = self.undone.next();
            batch.delete(Column::Undo, &keys::height(self.undone))?;
        }
        Ok(())
    }
}
