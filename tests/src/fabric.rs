//! What lies between the nodes, and the faults it can have.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use crate::{netns::Namespaces, proxy::Proxies};

/// What a test asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Plain loopback: no faults of the network.
    Plain,
    /// Links that can be cut: namespaces where they are permitted, else proxies.
    /// `HANSE_E2E_NET=namespaces|proxies` decides.
    Links,
    /// Links that can also be slow: proxies.
    SlowLinks,
}

/// The network between the nodes of one cluster.
#[derive(Debug)]
pub struct Fabric {
    kind: Kind,
    nodes: usize,
    cuts: BTreeSet<(usize, usize)>,
}

#[derive(Debug)]
enum Kind {
    Plain,
    Proxies(Proxies),
    Namespaces(Namespaces),
}

impl Wanted {
    /// Decides by what is permitted here.
    ///
    /// # Panics
    /// For an unknown `HANSE_E2E_NET`, or one that asks for what is not permitted.
    #[must_use]
    pub fn uses_namespaces(self) -> bool {
        let asked = std::env::var("HANSE_E2E_NET").ok();
        match (self, asked.as_deref()) {
            (Self::Plain | Self::SlowLinks, _) | (Self::Links, Some("proxies")) => false,
            (Self::Links, None) => Namespaces::permitted(),
            (Self::Links, Some("namespaces")) => {
                assert!(Namespaces::permitted(), "HANSE_E2E_NET=namespaces: they are not permitted here");
                true
            }
            (Self::Links, Some(other)) => panic!("HANSE_E2E_NET={other}: expected namespaces or proxies"),
        }
    }
}

impl Fabric {
    /// For `nodes` nodes; node i listens at `base_port` + 10 i, or in its namespace at `base_port`.
    #[must_use]
    pub fn start(wanted: Wanted, nodes: usize, base_port: u16, folder: &Path) -> Self {
        let kind = if wanted == Wanted::Plain {
            Kind::Plain
        } else if wanted.uses_namespaces() {
            let name = (base_port / 100).to_string();
            Kind::Namespaces(Namespaces::start(&name, nodes, base_port + 1, folder))
        } else {
            let port = |node: usize| base_port + 10 * u16::try_from(node).unwrap_or(u16::MAX);
            let targets: Vec<SocketAddr> =
                (0..nodes).map(|node| (Ipv4Addr::LOCALHOST, port(node)).into()).collect();
            Kind::Proxies(Proxies::start(&targets))
        };
        Self { kind, nodes, cuts: BTreeSet::new() }
    }

    /// In a word, for reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.kind {
            Kind::Plain => "loopback",
            Kind::Proxies(_) => "proxies",
            Kind::Namespaces(_) => "namespaces",
        }
    }

    /// What a node's environment must hold.
    #[must_use]
    pub fn environment(&self, node: usize) -> Vec<(String, String)> {
        let Kind::Proxies(proxies) = &self.kind else { return Vec::new() };
        let others = (0..self.nodes).filter(|other| *other != node);
        others
            .map(|other| (format!("HANSE_PEERS__NODE{other}"), proxies.address(node, other).to_string()))
            .collect()
    }

    /// Where a node lives.
    #[must_use]
    pub fn namespace(&self, node: usize) -> Option<String> {
        match &self.kind {
            Kind::Namespaces(namespaces) => Some(namespaces.of(node)),
            Kind::Plain | Kind::Proxies(_) => None,
        }
    }

    /// The port on this side of a node's gRPC, where that is not its own.
    #[must_use]
    pub fn door(&self, node: usize) -> Option<u16> {
        match &self.kind {
            Kind::Namespaces(namespaces) => Some(namespaces.door(node)),
            Kind::Plain | Kind::Proxies(_) => None,
        }
    }

    /// Nothing passes from one to the other; connections stay open.
    ///
    /// # Panics
    /// On plain loopback.
    pub fn cut(&mut self, from: usize, to: usize) {
        if from == to || !self.cuts.insert((from, to)) {
            return;
        }
        match &self.kind {
            Kind::Plain => panic!("plain loopback has no links to cut"),
            Kind::Proxies(proxies) => proxies.links.change(from, to, |weather| weather.cut = true),
            Kind::Namespaces(namespaces) => namespaces.cut(from, to),
        }
    }

    /// Both ways.
    pub fn cut_both(&mut self, one: usize, other: usize) {
        self.cut(one, other);
        self.cut(other, one);
    }

    /// Only nodes of one group hear each other; a node in no group hears nobody.
    pub fn partition(&mut self, groups: &[&[usize]]) {
        for from in 0..self.nodes {
            for to in 0..self.nodes {
                if !groups.iter().any(|group| group.contains(&from) && group.contains(&to)) {
                    self.cut(from, to);
                }
            }
        }
    }

    /// One direction as before.
    pub fn restore(&mut self, from: usize, to: usize) {
        if !self.cuts.remove(&(from, to)) {
            return;
        }
        match &self.kind {
            Kind::Plain => {}
            Kind::Proxies(proxies) => proxies.links.change(from, to, |weather| weather.cut = false),
            Kind::Namespaces(namespaces) => namespaces.restore(from, to),
        }
    }

    /// Everything as at first.
    pub fn heal(&mut self) {
        for (from, to) in self.cuts.clone() {
            self.restore(from, to);
        }
        if let Kind::Proxies(proxies) = &self.kind {
            proxies.links.heal();
        }
    }

    /// Everything from one to the other comes later.
    ///
    /// # Panics
    /// Without proxies.
    pub fn delay(&self, from: usize, to: usize, delay: Duration) {
        self.proxies().links.change(from, to, |weather| weather.delay = delay);
    }

    /// No more passes from one to the other than this.
    ///
    /// # Panics
    /// Without proxies.
    pub fn throttle(&self, from: usize, to: usize, bytes_per_second: u32) {
        self.proxies().links.change(from, to, |weather| weather.bytes_per_second = Some(bytes_per_second));
    }

    /// Closes the connections between two nodes; they may dial anew.
    ///
    /// # Panics
    /// Without proxies.
    pub fn close(&self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            self.proxies().links.change(from, to, |weather| weather.closings += 1);
        }
    }

    fn proxies(&self) -> &Proxies {
        match &self.kind {
            Kind::Proxies(proxies) => proxies,
            Kind::Plain | Kind::Namespaces(_) => panic!("ask for Wanted::SlowLinks"),
        }
    }
}
