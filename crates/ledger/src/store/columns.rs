//! The column families and their tuning.

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, MemtableFactory,
    Options, SliceTransform,
};

/// Bytes of an id: of an account or a transaction.
const ID: usize = 32;
/// Bytes of rows in memory for each bucket of a hash table.
const BUCKET_BYTES: usize = 512;

/// Memory and file bounds of one open ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerOptions {
    /// Bytes of the block cache, shared by all column families.
    pub cache_bytes: usize,
    /// Bytes of memtables over all column families before the largest is flushed.
    pub write_buffers_bytes: usize,
    /// Files RocksDB may keep open.
    pub open_files_max: i32,
    /// Changed pages of the state tree, of about 600 bytes, that wait in memory to be written together.
    pub tree_pages_max: usize,
    /// Blocks after which they are written even when they are fewer: so many are made again at a start.
    pub tree_blocks_max: u64,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 96 << 20,
            write_buffers_bytes: 96 << 20,
            open_files_max: 512,
            tree_pages_max: 8_192,
            tree_blocks_max: 256,
        }
    }
}

impl LedgerOptions {
    /// A few megabytes: for tests and for tools that read once.
    #[must_use]
    pub const fn small() -> Self {
        Self {
            cache_bytes: 4 << 20,
            write_buffers_bytes: 4 << 20,
            open_files_max: 64,
            tree_pages_max: 32,
            tree_blocks_max: 3,
        }
    }
}

/// A column family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    /// height ‖ 0: header; height ‖ 1: certificate; height ‖ 2: own checkpoint; height ‖ 3: boundary.
    Headers,
    /// height ‖ part u32: 0 the proposal, i + 1 its batch i.
    Bodies,
    /// height: what became of each transaction.
    Results,
    /// transaction id: height ‖ index u32.
    Transactions,
    /// account ‖ inverted height ‖ inverted index: nothing. Newest first.
    History,
    /// state key: value.
    State,
    /// page prefix: page of the state tree.
    Tree,
    /// height: what the state was before, until that height is certified and in the tree's pages.
    Undo,
    /// epoch: its base, validators and parameters; written with the last block before it.
    Epochs,
    /// Format, chain, tips.
    Meta,
}

impl Column {
    /// All of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Headers,
        Self::Bodies,
        Self::Results,
        Self::Transactions,
        Self::History,
        Self::State,
        Self::Tree,
        Self::Undo,
        Self::Epochs,
        Self::Meta,
    ];

    /// The name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Bodies => "bodies",
            Self::Results => "results",
            Self::Transactions => "transactions",
            Self::History => "history",
            Self::State => "state",
            Self::Tree => "tree",
            Self::Undo => "undo",
            Self::Epochs => "epochs",
            Self::Meta => "meta",
        }
    }

    /// Each family by how it is used: large values written once go to blob files, which compaction does
    /// not rewrite; keys that are mostly asked for in vain get a filter.
    fn options(self, cache: &Cache, write_buffers_bytes: usize) -> Options {
        let mut options = Options::default();
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_format_version(5);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        let write_buffer = (write_buffers_bytes / 4).max(1 << 20);
        options.set_write_buffer_size(write_buffer);
        options.set_compression_type(DBCompressionType::None);
        match self {
            Self::Bodies => {
                options.set_enable_blob_files(true);
                options.set_min_blob_size(4096);
                options.set_blob_file_size(64 << 20);
            }
            Self::State | Self::Tree => {
                // New transaction ids are looked for in vain.
                options.set_memtable_prefix_bloom_ratio(0.05);
                options.set_memtable_whole_key_filtering(true);
                table.set_bloom_filter(10.0, false);
                table.set_block_size(4 << 10);
            }
            Self::Transactions => {
                in_buckets(&mut options, write_buffer);
                table.set_bloom_filter(10.0, false);
            }
            Self::History => in_buckets(&mut options, write_buffer),
            Self::Results | Self::Headers => options.set_compression_type(DBCompressionType::Lz4),
            Self::Undo | Self::Epochs | Self::Meta => {}
        }
        options.set_block_based_table_factory(&table);
        options
    }
}

/// Rows that come in no order and are asked for by the id at the front of their keys wait for the disk in a hash
/// table: in an ordered list each costs a walk. Only a walk over all rows is dearer.
fn in_buckets(options: &mut Options, write_buffer: usize) {
    options.set_prefix_extractor(SliceTransform::create_fixed_prefix(ID));
    let bucket_count = write_buffer / BUCKET_BYTES;
    options.set_memtable_factory(MemtableFactory::HashLinkList { bucket_count });
}

/// The descriptors of all column families.
pub(super) fn descriptors(options: &LedgerOptions) -> Vec<ColumnFamilyDescriptor> {
    let cache = Cache::new_lru_cache(options.cache_bytes);
    let describe = |column: Column| {
        ColumnFamilyDescriptor::new(column.name(), column.options(&cache, options.write_buffers_bytes))
    };
    Column::ALL.into_iter().map(describe).collect()
}

/// The options of the database as a whole.
pub(super) fn database(options: &LedgerOptions) -> Options {
    let mut database = Options::default();
    database.set_db_write_buffer_size(options.write_buffers_bytes);
    database.set_max_open_files(options.open_files_max);
    database.set_max_total_wal_size(2 * options.write_buffers_bytes as u64);
    database.set_keep_log_file_num(4);
    database.set_max_log_file_size(4 << 20);
    database.set_max_background_jobs(2);
    database.set_bytes_per_sync(1 << 20);
    // One thread writes; hash tables in memory ask for that.
    database.set_allow_concurrent_memtable_write(false);
    // A torn last record was never acknowledged and is cut; damage anywhere else is an error, where the
    // default would silently drop everything after it.
    database.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    database.set_paranoid_checks(true);
    database
}
