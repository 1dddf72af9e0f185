//! The `hanse` binary.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc reads at its start: memory that is free goes back to the system after a second, by a thread of its
/// own, also when nothing is allocated any more (by default after ten seconds of further use).
#[expect(unsafe_code, reason = "jemalloc looks for this name")]
#[unsafe(export_name = "malloc_conf")]
static MALLOC_CONF: &[u8; 43] = b"background_thread:true,dirty_decay_ms:1000\0";

fn main() -> std::process::ExitCode {
    node::cli::main(std::env::args_os()).into()
}
