//! A network namespace for every node, joined by a bridge that has a namespace of its own: nothing outside is
//! touched. Links are cut by routes into a black hole, which stop one direction exactly.
//!
//! Clients stay outside: each node has a forwarder from a loopback port here, over a Unix socket, to its API.

use std::{
    net::TcpListener as StdListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use tokio::{
    net::{TcpListener, UnixStream},
    runtime::{Builder, Runtime},
};

use crate::{command::built, wait::until};

/// The namespaces of a network. Removed when dropped.
#[derive(Debug)]
pub struct Namespaces {
    prefix: String,
    nodes: usize,
    forwarders: Vec<Child>,
    doors: Vec<u16>,
    runtime: Option<Runtime>,
}

impl Namespaces {
    /// Whether this process may make namespaces, links and routes.
    #[must_use]
    pub fn permitted() -> bool {
        static PERMITTED: OnceLock<bool> = OnceLock::new();
        *PERMITTED.get_or_init(|| {
            let name = format!("hanse-try-{}", std::process::id());
            let bridge = ["-n", &name, "link", "add", "br0", "type", "bridge"];
            let pair = ["-n", &name, "link", "add", "va", "type", "veth", "peer", "name", "vb"];
            let hole = ["-n", &name, "route", "add", "blackhole", "10.99.0.9/32"];
            let made = try_ip(&["netns", "add", &name]);
            let able = made && try_ip(&bridge) && try_ip(&pair) && try_ip(&hole);
            if made {
                try_ip(&["netns", "del", &name]);
            }
            able
        })
    }

    /// The addresses of so many nodes.
    #[must_use]
    pub fn hosts(nodes: usize) -> Vec<String> {
        (0..nodes).map(host).collect()
    }

    /// Makes them; nodes listen with gRPC at `grpc_port`. `name` is nobody else's.
    ///
    /// # Panics
    /// When that fails although it is [permitted](Self::permitted).
    #[must_use]
    pub fn start(name: &str, nodes: usize, grpc_port: u16, folder: &Path) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut made = Self {
            prefix: format!("hanse-{name}"),
            nodes,
            forwarders: Vec::new(),
            doors: Vec::new(),
            runtime: Some(runtime),
        };
        made.remove();
        let hub = made.hub();
        ip(&["netns", "add", &hub]);
        ip(&["-n", &hub, "link", "add", "br0", "type", "bridge"]);
        ip(&["-n", &hub, "link", "set", "br0", "up"]);
        for node in 0..nodes {
            made.join(node);
            made.open_door(node, grpc_port, folder);
        }
        made
    }

    /// A node's namespace.
    #[must_use]
    pub fn of(&self, node: usize) -> String {
        format!("{}-{node}", self.prefix)
    }

    /// The port here behind which a node's gRPC is.
    #[must_use]
    pub fn door(&self, node: usize) -> u16 {
        self.doors[node]
    }

    /// Nothing passes from one to the other any more.
    pub fn cut(&self, from: usize, to: usize) {
        ip(&["-n", &self.of(from), "route", "add", "blackhole", &format!("{}/32", host(to))]);
    }

    /// As before.
    pub fn restore(&self, from: usize, to: usize) {
        ip(&["-n", &self.of(from), "route", "del", "blackhole", &format!("{}/32", host(to))]);
    }

    fn hub(&self) -> String {
        format!("{}-hub", self.prefix)
    }

    fn join(&self, node: usize) {
        let (hub, namespace, veth) = (self.hub(), self.of(node), format!("v{node}"));
        ip(&["netns", "add", &namespace]);
        let peer = ["type", "veth", "peer", "name", "eth0", "netns", &namespace];
        ip(&[&["-n", &hub, "link", "add", &veth][..], &peer].concat());
        ip(&["-n", &hub, "link", "set", &veth, "master", "br0", "up"]);
        ip(&["-n", &namespace, "link", "set", "lo", "up"]);
        ip(&["-n", &namespace, "link", "set", "eth0", "up"]);
        ip(&["-n", &namespace, "addr", "add", &format!("{}/24", host(node)), "dev", "eth0"]);
    }

    fn open_door(&mut self, node: usize, grpc_port: u16, folder: &Path) {
        let socket = folder.join(format!("door{node}"));
        let forwarder = Command::new("ip")
            .args(["netns", "exec", &self.of(node)])
            .arg(built("e2e-forward", "cargo test -p e2e"))
            .arg(&socket)
            .arg(grpc_port.to_string())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        self.forwarders.push(forwarder);
        until("the forwarder's socket", Duration::from_secs(10), || match socket.exists() {
            true => Ok(()),
            false => Err(socket.display().to_string()),
        });
        let listener = StdListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        self.doors.push(listener.local_addr().unwrap().port());
        let Some(runtime) = &self.runtime else { return };
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            while let Ok((mut near, _)) = listener.accept().await {
                let socket = socket.clone();
                tokio::spawn(async move {
                    if let Ok(mut far) = UnixStream::connect(socket).await {
                        let _ = near.set_nodelay(true);
                        let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                    }
                });
            }
        });
    }

    fn remove(&mut self) {
        for forwarder in &mut self.forwarders {
            let _ = forwarder.kill();
            let _ = forwarder.wait();
        }
        let names = (0..self.nodes).map(|node| self.of(node)).chain([self.hub()]);
        for name in names {
            // What was left by a test that was killed, or is there no longer.
            try_ip(&["netns", "del", &name]);
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
        self.remove();
    }
}

/// Only ever used inside the namespaces made here.
fn host(node: usize) -> String {
    format!("10.99.0.{}", node + 1)
}

fn ip(arguments: &[&str]) {
    let output = Command::new("ip").args(arguments).output().unwrap();
    assert!(output.status.success(), "ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn try_ip(arguments: &[&str]) -> bool {
    let quiet = Command::new("ip").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
