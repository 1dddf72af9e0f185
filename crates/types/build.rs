//! Compiles the wire form of a transaction; no protoc binary is needed.
use std::io;

fn main() -> io::Result<()> {
    let root = "../../proto";
    println!("cargo:rerun-if-changed={root}/hanse/v1/transaction.proto");
    let files = protox::compile(["hanse/v1/transaction.proto"], [root]).map_err(io::Error::other)?;
    prost_build::Config::new().bytes(["."]).compile_fds(files)
}
