//! The failpoints of `hanse-failpoints`.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::PathBuf,
    sync::OnceLock,
    time::Duration,
};

use parking_lot::Mutex;
use rustix::process::{Signal, getpid, kill_process};

use super::{Edge, Side};

/// What is passed behind a sending place has left the process: network threads get this long.
const LEAVING_TIME: Duration = Duration::from_millis(50);

static ARMED: OnceLock<Armed> = OnceLock::new();

/// What the environment asks for.
struct Armed {
    wish: Wish,
    seen: Option<Mutex<Seen>>,
}

/// Where to end.
enum Wish {
    Nowhere,
    /// There.
    At(Mutex<Deadly>),
    /// Where this file says, once it is there.
    File(PathBuf, Mutex<Option<Deadly>>),
}

struct Deadly {
    name: String,
    passings_left: u64,
}

struct Seen {
    file: File,
    names: BTreeSet<String>,
}

/// `hanse` with failpoints.
#[must_use]
pub fn main() -> std::process::ExitCode {
    if std::env::var("HANSE_FAILPOINT").is_ok_and(|wanted| wanted == "list") {
        names().for_each(|name| println!("{name}"));
        return std::process::ExitCode::SUCCESS;
    }
    match arm() {
        Ok(armed) => {
            let _ = ARMED.set(armed);
            crate::cli::main(std::env::args_os()).into()
        }
        Err(complaint) => {
            eprintln!("{complaint}");
            std::process::ExitCode::from(2)
        }
    }
}

/// A place is passed: perhaps for the last time.
pub fn pass(edge: Edge, side: Side) {
    let Some(armed) = ARMED.get() else { return };
    let name = name_of(edge, side);
    if let Some(seen) = &armed.seen {
        let mut seen = seen.lock();
        if !seen.names.contains(&name) {
            // One write of one line: processes may share the file.
            let _ = seen.file.write_all(format!("{name}\n").as_bytes());
            seen.names.insert(name.clone());
        }
    }
    match &armed.wish {
        Wish::Nowhere => {}
        Wish::At(deadly) => count(&mut deadly.lock(), &name, side),
        Wish::File(path, deadly) => {
            let mut deadly = deadly.lock();
            if deadly.is_none() {
                *deadly = fs::read_to_string(path).ok().and_then(|text| read(text.trim()).ok());
            }
            if let Some(deadly) = deadly.as_mut() {
                count(deadly, &name, side);
            }
        }
    }
}

/// The caller's lock stays taken: nobody passes here again.
fn count(deadly: &mut Deadly, name: &str, side: Side) {
    if deadly.name != name {
        return;
    }
    deadly.passings_left = deadly.passings_left.saturating_sub(1);
    if deadly.passings_left > 0 {
        return;
    }
    if side == Side::After && name.contains("send_") {
        std::thread::sleep(LEAVING_TIME);
    }
    let _ = kill_process(getpid(), Signal::KILL);
    loop {
        std::thread::park();
    }
}

fn arm() -> Result<Armed, String> {
    let wish = match std::env::var("HANSE_FAILPOINT") {
        Ok(wanted) => match wanted.strip_prefix('@') {
            Some(path) => Wish::File(path.into(), Mutex::new(None)),
            None => Wish::At(Mutex::new(read(&wanted)?)),
        },
        Err(_) => Wish::Nowhere,
    };
    let seen = match std::env::var_os("HANSE_FAILPOINT_SEEN") {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(&path);
            let file = file.map_err(|error| format!("HANSE_FAILPOINT_SEEN={}: {error}", path.display()))?;
            Some(Mutex::new(Seen { file, names: BTreeSet::new() }))
        }
        None => None,
    };
    Ok(Armed { wish, seen })
}

fn read(wanted: &str) -> Result<Deadly, String> {
    let (name, passing) = wanted.split_once(':').unwrap_or((wanted, "1"));
    let known = names().any(|known| known == name);
    let passing = passing.parse::<u64>().ok().filter(|passing| known && *passing > 0);
    let passing = passing.ok_or_else(|| {
        format!(
            "HANSE_FAILPOINT={wanted}: expected NAME, NAME:N or @FILE; HANSE_FAILPOINT=list prints the names"
        )
    })?;
    Ok(Deadly { name: name.to_owned(), passings_left: passing })
}

fn names() -> impl Iterator<Item = String> {
    let both = |(edge, _): &(Edge, &str)| [name_of(*edge, Side::Before), name_of(*edge, Side::After)];
    Edge::ALL.iter().flat_map(both)
}

fn name_of(edge: Edge, side: Side) -> String {
    let name = Edge::ALL.iter().find(|(known, _)| *known == edge).map_or("", |(_, name)| name);
    match side {
        Side::Before => format!("before_{name}"),
        Side::After => format!("after_{name}"),
    }
}
