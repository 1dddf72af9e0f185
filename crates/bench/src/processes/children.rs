//! The processes: started together, stopped together, missed when they die.

use std::{
    fs::{File, OpenOptions},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use super::{Death, Launch, log};
use crate::BenchError;

/// How long processes have to end by themselves.
const STOP_TIME: Duration = Duration::from_secs(10);
/// One child per node. They must be started on a thread that lives as long as they: its end is our end to them.
#[derive(Debug)]
pub struct Children(Vec<Slot>);

#[derive(Debug)]
struct Slot {
    launch: Launch,
    child: Option<Child>,
    /// How long the log was when the process started: what is older is another run's.
    log_before: u64,
}

impl Children {
    /// Starts all; when one cannot be started, those before it are killed.
    ///
    /// # Errors
    /// [`BenchError::Start`].
    pub fn start(program: &Path, launches: &[Launch]) -> Result<Self, BenchError> {
        let start = |launch: &Launch| {
            let log_before = log::length(&launch.log);
            let child = Some(spawn(program, launch)?);
            Ok(Slot { launch: launch.clone(), child, log_before })
        };
        launches.iter().map(start).collect::<Result<_, _>>().map(Self)
    }

    /// Starts one again that ended.
    ///
    /// # Errors
    /// [`BenchError::Start`].
    pub fn restart(&mut self, program: &Path, place: usize) -> Result<(), BenchError> {
        if let Some(slot) = self.0.get_mut(place).filter(|slot| slot.child.is_none()) {
            slot.log_before = log::length(&slot.launch.log);
            slot.child = Some(spawn(program, &slot.launch)?);
        }
        Ok(())
    }

    /// The process ids of those that run, in order.
    #[must_use]
    pub fn pids(&self) -> Vec<Option<u32>> {
        self.0.iter().map(|slot| slot.child.as_ref().and_then(Child::id)).collect()
    }

    /// `kill -9` on purpose: no death is told of.
    pub async fn kill(&mut self, place: usize) {
        if let Some(mut child) = self.0.get_mut(place).and_then(|slot| slot.child.take()) {
            // It may have ended just now: then there is nothing to do.
            let _ = child.kill().await;
        }
    }

    /// Which nodes are running, in order.
    #[must_use]
    pub fn running(&self) -> Vec<bool> {
        self.0.iter().map(|slot| slot.child.is_some()).collect()
    }

    /// Those that ended since the last call.
    pub fn reap(&mut self) -> Vec<Death> {
        self.0.iter_mut().filter_map(Slot::reap).collect()
    }

    /// Ends all with SIGTERM; those that do not end in time are killed. Unclean ends are returned.
    pub async fn stop(mut self) -> Vec<Death> {
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
            name: self.launch.name.clone(),
            exit_code: None,
            how: String::new(),
            log: log::last_lines(&self.launch.log, self.log_before),
        }
    }
}

fn spawn(program: &Path, launch: &Launch) -> Result<Child, BenchError> {
    let failed = |source| BenchError::Start { log: launch.log.clone(), source };
    let log: File = OpenOptions::new().create(true).append(true).open(&launch.log).map_err(failed)?;
    let copy = log.try_clone().map_err(failed)?;
    Command::new(program)
        .arg("start")
        .arg("--home")
        .arg(&launch.home)
        // When we are killed outright, the node still learns of it.
        .args(["--parent", &std::process::id().to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::from(copy))
        .stderr(Stdio::from(log))
        // A group of its own: Ctrl-C reaches only us, and we end the nodes in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)
}
