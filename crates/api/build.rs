//! Compiles the public services of `proto/`; no protoc binary is needed.
use std::{env, fs, io, path::Path};

/// What clients call; the transaction's own form is compiled in `types`.
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
    let all = FILES.into_iter().chain(["hanse/v1/transaction.proto"]);
    let mut reflected = protox::Compiler::new([root]).map_err(io::Error::other)?;
    reflected.include_imports(true).include_source_info(false);
    reflected.open_files(all).map_err(io::Error::other)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("reflection.bin"), reflected.encode_file_descriptor_set())?;
    // The client half is for this crate's own tests.
    tonic_prost_build::configure().bytes(".").btree_map(".").compile_fds(services)
}
