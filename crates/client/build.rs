//! Compiles the client half of the public services of `proto/`; no protoc binary is needed.
use std::io;

const FILES: [&str; 5] = [
    "hanse/v1/proof.proto",
    "hanse/v1/transaction_service.proto",
    "hanse/v1/query_service.proto",
    "hanse/v1/event_service.proto",
    "hanse/v1/node_service.proto",
];

fn main() -> io::Result<()> {
    let root = "../../proto";
    println!("cargo:rerun-if-changed={root}");
    let services = protox::compile(FILES, [root]).map_err(io::Error::other)?;
    tonic_prost_build::configure().build_server(false).bytes(".").btree_map(".").compile_fds(services)
}
