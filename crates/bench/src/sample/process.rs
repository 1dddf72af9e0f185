//! CPU time and memory of a process, from `/proc`.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use super::Stage;

/// What a process used since it started.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProcessSample {
    /// CPU time of all threads, also of those that ended.
    pub cpu: Duration,
    /// The same by what the living threads are for; the rest is under [`Stage::Other`].
    pub stages: BTreeMap<Stage, Duration>,
    /// Memory that it holds now.
    pub rss_bytes: u64,
}

/// A process now; `None` when there is none of that id.
#[must_use]
pub fn process(pid: u32) -> Option<ProcessSample> {
    let folder = Path::new("/proc").join(pid.to_string());
    let whole = Stat::parse(&fs::read_to_string(folder.join("stat")).ok()?)?;
    let mut stages: BTreeMap<Stage, Duration> = BTreeMap::new();
    for task in fs::read_dir(folder.join("task")).ok()?.flatten() {
        // A thread may end between the two reads.
        let Some(stat) =
            fs::read_to_string(task.path().join("stat")).ok().and_then(|text| Stat::parse(&text))
        else {
            continue;
        };
        // Nanoseconds where the system counts them, clock ticks otherwise.
        let exact = fs::read_to_string(task.path().join("schedstat")).ok().and_then(|text| on_cpu(&text));
        *stages.entry(Stage::of_thread(&stat.name)).or_default() += exact.unwrap_or(stat.cpu);
    }
    let named: Duration = stages.values().sum();
    // Clock ticks are coarse: the exact sum may be ahead of them.
    let cpu = whole.cpu.max(named);
    *stages.entry(Stage::Other).or_default() += cpu.saturating_sub(named);
    let status = fs::read_to_string(folder.join("status")).ok()?;
    Some(ProcessSample { cpu, stages, rss_bytes: resident(&status).unwrap_or(0) })
}

/// What is read of a `stat` file.
struct Stat {
    name: String,
    cpu: Duration,
}

impl Stat {
    /// `PID (NAME) S ...`: the name may hold anything, so the last `)` ends it; user and system time are the
    /// fields 14 and 15.
    fn parse(text: &str) -> Option<Self> {
        let (head, tail) = text.rsplit_once(')')?;
        let (_, name) = head.split_once('(')?;
        let mut fields = tail.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        let ticks = rustix::param::clock_ticks_per_second().max(1);
        let cpu = Duration::from_secs_f64((user + system) as f64 / ticks as f64);
        Some(Self { name: name.to_owned(), cpu })
    }
}

/// The first field of `schedstat`: nanoseconds on a CPU.
fn on_cpu(schedstat: &str) -> Option<Duration> {
    schedstat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_anything_in_them_are_read() {
        let text = "7 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20 0 9 0";
        let stat = Stat::parse(text).expect("reads");
        assert_eq!(stat.name, "a) b (c)");
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        assert!((stat.cpu.as_secs_f64() - 400.0 / ticks).abs() < 1e-9);
        assert!(Stat::parse("7 (cut off").is_none());
    }

    #[test]
    fn this_process_costs_something() {
        let mut x = 1u64;
        for i in 0..200_000_000u64 {
            x = std::hint::black_box(x.wrapping_mul(i | 1));
        }
        assert_ne!(x, 1);
        let own = process(std::process::id()).expect("runs");
        assert!(own.cpu > Duration::ZERO && own.rss_bytes > 1 << 20, "{own:?}");
        assert_eq!(own.stages.values().sum::<Duration>(), own.cpu);
        assert_eq!(process(u32::MAX), None);
    }
}
