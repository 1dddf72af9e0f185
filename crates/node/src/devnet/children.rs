//! The processes: started together, stopped together, missed when they die.

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::nodes::Node;
use crate::exit::{ExitCode, Failure};

/// How long processes have to end by themselves.
const STOP_TIME: Duration = Duration::from_secs(10);
/// How much of a dead process's log is shown.
const LOG_LINES: usize = 10;
const LOG_TAIL_BYTES: u64 = 16 * 1024;

/// One child per node.
pub(super) struct Children(Vec<Slot>);

struct Slot {
    node: Node,
    child: Option<Child>,
    /// How long the log was when the process started: what is older is another run's.
    log_before: u64,
}

/// How a child ended.
#[derive(Debug, Clone)]
pub(super) struct Death {
    pub(super) name: String,
    pub(super) exit_code: Option<i32>,
    pub(super) how: String,
    pub(super) log: Vec<String>,
}

impl Children {
    /// Starts all; when one cannot be started, those before it are killed.
    pub(super) fn start(nodes: &[Node]) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            Failure::new(ExitCode::Io, format!("cannot find the program itself: {error}"))
        })?;
        let start = |node: &Node| {
            let log_before = node.log.metadata().map_or(0, |metadata| metadata.len());
            let child = Some(spawn(&program, node)?);
            Ok(Slot { node: node.clone(), child, log_before })
        };
        nodes.iter().map(start).collect::<Result<_, _>>().map(Self)
    }

    /// Which nodes are running, in order.
    pub(super) fn running(&self) -> Vec<bool> {
        self.0.iter().map(|slot| slot.child.is_some()).collect()
    }

    /// Those that ended since the last call.
    pub(super) fn reap(&mut self) -> Vec<Death> {
        self.0.iter_mut().filter_map(Slot::reap).collect()
    }

    /// Ends all with SIGTERM; those that do not end in time are killed. Unclean ends are returned.
    pub(super) async fn stop(mut self) -> Vec<Death> {
        for slot in &self.0 {
            slot.terminate();
        }
        let deadline = tokio::time::Instant::now() + STOP_TIME;
        let mut deaths = Vec::new();
        for slot in &mut self.0 {
            let Some(mut child) = slot.child.take() else { continue };
            match tokio::time::timeout_at(deadline, child.wait()).await {
                Ok(Ok(status)) if status.success() => {}
                Ok(Ok(status)) => deaths.push(slot.death(status)),
                Ok(Err(_)) | Err(_) => {
                    // Dropping the handle would kill it too; waiting leaves no zombie.
                    let _ = child.kill().await;
                    deaths.push(Death {
                        how: "did not end within 10 s and was killed".to_owned(),
                        ..slot.obituary()
                    });
                }
            }
        }
        deaths
    }
}

impl Slot {
    fn reap(&mut self) -> Option<Death> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        Some(self.death(status))
    }

    fn terminate(&self) {
        let pid = self
            .child
            .as_ref()
            .and_then(Child::id)
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // It may have ended just now: then there is nothing to do.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    fn death(&self, status: ExitStatus) -> Death {
        Death { exit_code: status.code(), how: format!("ended with {status}"), ..self.obituary() }
    }

    fn obituary(&self) -> Death {
        Death {
            name: self.node.name.clone(),
            exit_code: None,
            how: String::new(),
            log: last_lines(&self.node.log, self.log_before),
        }
    }
}

fn spawn(program: &Path, node: &Node) -> Result<Child, Failure> {
    let failed = |error: &std::io::Error| Failure::io("cannot start a node with log", &node.log, error);
    let log: File =
        OpenOptions::new().create(true).append(true).open(&node.log).map_err(|error| failed(&error))?;
    let copy = log.try_clone().map_err(|error| failed(&error))?;
    Command::new(program)
        .arg("start")
        .arg("--home")
        .arg(node.home.directory())
        .stdin(Stdio::null())
        .stdout(Stdio::from(copy))
        .stderr(Stdio::from(log))
        // A group of its own: Ctrl-C reaches only us, and we end the nodes in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&error))
}

/// The last lines of a log, at most those after `from` bytes; none when it cannot be read.
fn last_lines(path: &Path, from: u64) -> Vec<String> {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES).max(from)))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].iter().map(|line| (*line).to_owned()).collect()
}
