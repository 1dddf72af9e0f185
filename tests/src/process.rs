//! One running node.

use std::{
    ffi::OsString,
    fs::File,
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use crate::{
    command::{binary, failpoint_binary},
    wait::until,
};

/// How long the end of a process may take that was told to end.
const END: Duration = Duration::from_secs(60);

/// How a node is started.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// Where it kills itself, as `HANSE_FAILPOINT`; then it is `hanse-failpoints` that runs.
    pub failpoint: Option<String>,
    /// More of its environment.
    pub environment: Vec<(String, String)>,
    /// The network namespace it lives in.
    pub namespace: Option<String>,
    /// The processors it may use, as `taskset` names them; all, where there is none.
    pub processors: Option<String>,
}

/// A node's process. Killed when dropped.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// `hanse start` on a home, logging to `HOME/node.log`.
    ///
    /// # Panics
    /// When the process cannot be started.
    #[must_use]
    pub fn start(home: &Path, launch: &Launch) -> Self {
        let program = if launch.failpoint.is_some() { failpoint_binary() } else { binary() };
        // `ip` and `taskset` become the node: the process keeps its id.
        let mut words: Vec<OsString> = Vec::new();
        if let Some(namespace) = &launch.namespace {
            words.extend(["ip", "netns", "exec", namespace].map(OsString::from));
        }
        if let Some(processors) = &launch.processors {
            words.extend(["taskset", "-c", processors].map(OsString::from));
        }
        words.push(program.into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        if let Some(failpoint) = launch.failpoint.as_ref().filter(|point| !point.is_empty()) {
            command.env("HANSE_FAILPOINT", failpoint);
        }
        let log = File::options().create(true).append(true).open(home.join("node.log")).unwrap();
        let child = command
            .args(["start", "--home", home.to_str().unwrap()])
            .envs(launch.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        Self(child.unwrap())
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// When it cannot be waited for.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM, and the exit code; -1 for a signal.
    ///
    /// # Panics
    /// When it does not end.
    pub fn terminate(mut self) -> i32 {
        self.signal("TERM");
        self.ended("after SIGTERM").code().unwrap_or(-1)
    }

    /// Waits until the process killed itself by SIGKILL.
    ///
    /// # Panics
    /// When it goes on, or ends in another way.
    pub fn killed_itself(mut self, what: &str, complaint: impl Fn() -> String) {
        let status =
            until(&format!("{what}: SIGKILL"), END, || self.0.try_wait().unwrap().ok_or_else(&complaint));
        assert_eq!(status.signal(), Some(9), "{what}: {status}\n{}", complaint());
    }

    /// SIGSTOP: it stands still with all its connections open.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// SIGCONT.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// The exit code, when it ended.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.0.try_wait().unwrap().map(|status| status.code().unwrap_or(-1))
    }

    /// Resident memory in MiB.
    #[must_use]
    pub fn resident_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) / 1024
    }

    /// Seconds of processor time it has used.
    #[must_use]
    pub fn processor_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap_or_default();
        // The name may hold spaces; fields 14 and 15 of all, in hundredths, are user and system time.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    fn ended(&mut self, when: &str) -> ExitStatus {
        until(&format!("end {when}"), END, || self.0.try_wait().unwrap().ok_or_else(String::new))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
