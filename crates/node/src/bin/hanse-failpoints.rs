//! `hanse` for the crash tests: it kills itself where `HANSE_FAILPOINT` says. Never released.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    node::failpoint::main()
}
