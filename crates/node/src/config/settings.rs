//! Every setting: its kind, its default and what it does.

/// What a setting's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A name as the genesis allows it.
    Name,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number from and to, both included.
    Number(u64, u64),
    /// `IP:PORT` to listen on.
    Listen,
    /// `HOST:PORT` to dial, or empty.
    Address,
    /// A path, `credential:NAME` or `mounted:PATH`.
    Key,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The table it stands in.
    pub section: &'static str,
    /// Its name there.
    pub key: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// Its default as TOML.
    pub default: &'static str,
    /// What it does, for people.
    pub comment: &'static str,
}

const fn setting(
    section: &'static str,
    key: &'static str,
    kind: Kind,
    default: &'static str,
    comment: &'static str,
) -> Setting {
    Setting { section, key, kind, default, comment }
}

const KIB: u64 = 1 << 10;
const GIB: u64 = 1 << 30;

/// Every setting, in the order of the sample file.
pub const SETTINGS: &[Setting] = &[
    setting(
        "node",
        "name",
        Kind::Name,
        "\"node\"",
        "The validator's name in genesis.json, or the observer's.",
    ),
    setting("node", "member", Kind::Name, "\"member\"", "The member that runs this node."),
    setting(
        "node",
        "contact",
        Kind::Text,
        "\"\"",
        "Whom the other members may call; goes into the genesis card.",
    ),
    setting(
        "node",
        "role",
        Kind::Word(&["validator", "observer"]),
        "\"validator\"",
        "validator: votes. observer: follows, checks and serves reads.",
    ),
    setting(
        "keys",
        "validator",
        Kind::Key,
        "\"keys/validator.key\"",
        "Signs votes. A path (from the home), \"credential:NAME\" (systemd) or \"mounted:PATH\". Unused by observers.",
    ),
    setting("keys", "node", Kind::Key, "\"keys/node.key\"", "Authenticates connections. As above."),
    setting(
        "keys",
        "passphrase_file",
        Kind::Text,
        "\"\"",
        "File with the passphrase of encrypted keys. Empty: not encrypted, or ask on the terminal.",
    ),
    setting(
        "p2p",
        "listen",
        Kind::Listen,
        "\"0.0.0.0:26600\"",
        "Where this node listens for the other nodes.",
    ),
    setting(
        "p2p",
        "address",
        Kind::Address,
        "\"\"",
        "HOST:PORT at which the others dial this node; shown on the genesis card.",
    ),
    setting(
        "p2p",
        "pending_connections_max",
        Kind::Number(4, 65_536),
        "64",
        "Inbound connections that have not proved their key yet.",
    ),
    setting(
        "p2p",
        "queue_bytes_max",
        Kind::Number(1 << 20, GIB),
        "33554432",
        "Bytes that may wait for one peer in one traffic class.",
    ),
    setting(
        "p2p",
        "handshake_timeout_ms",
        Kind::Number(100, 600_000),
        "10000",
        "Patience with dialling and handshake.",
    ),
    setting(
        "p2p",
        "reconnect_max_ms",
        Kind::Number(100, 600_000),
        "5000",
        "The longest pause before dialling again.",
    ),
    setting("api", "grpc", Kind::Listen, "\"127.0.0.1:26601\"", "gRPC listens here."),
    setting("api", "http", Kind::Listen, "\"127.0.0.1:26602\"", "Health, metrics and explorer listen here."),
    setting("api", "explorer", Kind::Switch, "false", "Whether the HTTP side shows the explorer."),
    setting(
        "api",
        "insecure",
        Kind::Switch,
        "false",
        "Whether gRPC and HTTP may be served in plaintext beyond loopback.",
    ),
    setting("api", "reflection", Kind::Switch, "false", "Whether gRPC describes its services to any caller."),
    setting("api", "message_bytes_max", Kind::Number(64 * KIB, 64 << 20), "4194304", "Bytes of one request."),
    setting("api", "streams_max", Kind::Number(1, 65_536), "256", "Calls at once on one connection."),
    setting("api", "connections_max", Kind::Number(1, 1 << 20), "1024", "Connections at once."),
    setting(
        "api",
        "in_flight_max",
        Kind::Number(1, 1 << 20),
        "8192",
        "Submitted transactions of one stream that wait for their answer.",
    ),
    setting("api", "subscriptions_max", Kind::Number(1, 1 << 20), "1024", "Subscriptions at once."),
    setting("api", "deadline_ms", Kind::Number(100, 3_600_000), "130000", "The longest one call may take."),
    setting(
        "mempool",
        "bytes_max",
        Kind::Number(1 << 20, 64 * GIB),
        "268435456",
        "Bytes of waiting transactions.",
    ),
    setting("mempool", "transactions_max", Kind::Number(1, 1 << 32), "200000", "Waiting transactions."),
    setting(
        "mempool",
        "transactions_per_account_max",
        Kind::Number(1, 1 << 32),
        "20000",
        "Waiting transactions of one source account.",
    ),
    setting(
        "mempool",
        "verify_threads",
        Kind::Number(0, 1024),
        "0",
        "Threads that verify signatures. 0: one per core, but one.",
    ),
    setting("ledger", "cache_bytes", Kind::Number(8 << 20, 1 << 40), "134217728", "RocksDB's block cache."),
    setting(
        "ledger",
        "write_buffer_bytes",
        Kind::Number(8 << 20, 1 << 40),
        "134217728",
        "RocksDB's write buffers.",
    ),
    setting(
        "ledger",
        "free_bytes_min",
        Kind::Number(0, 1 << 50),
        "268435456",
        "Below this free space the node stops with exit code 15.",
    ),
    setting(
        "log",
        "filter",
        Kind::Text,
        "\"info\"",
        "A level (error, warn, info, debug, trace) or a list such as \"info,p2p=debug\".",
    ),
    setting(
        "log",
        "format",
        Kind::Word(&["text", "json"]),
        "\"text\"",
        "text for people, json for machines.",
    ),
];

/// Sections whose keys are names of nodes.
pub const NAME_TABLES: &[(&str, &str)] = &[
    ("peers", "Validators to dial: name = \"HOST:PORT\". Nodes are found here only."),
    ("observers", "Observers that this node lets in: name = \"node key, 64 hex digits\"."),
];

/// What a section is for.
#[must_use]
pub fn section_comment(section: &str) -> &'static str {
    match section {
        "node" => "Who this node is.",
        "keys" => "Key files: PKCS#8 PEM, mode 0600.",
        "p2p" => "The mesh of validators and observers.",
        "api" => "What clients and operators reach.",
        "mempool" => "Transactions that wait for their block.",
        "ledger" => "The store.",
        "log" => "What is logged, to stderr.",
        _ => "",
    }
}

/// The setting of that name.
#[must_use]
pub fn find(section: &str, key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.section == section && setting.key == key)
}

/// The sections in order.
#[must_use]
pub fn sections() -> Vec<&'static str> {
    let mut sections: Vec<&str> = SETTINGS.iter().map(|setting| setting.section).collect();
    sections.dedup();
    sections
}
