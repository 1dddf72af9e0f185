//! What a node's `/metrics` says.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
};

use crate::Cluster;

impl Cluster {
    /// All metrics of a node on plain loopback, by name with labels.
    ///
    /// # Panics
    /// When it does not serve.
    #[must_use]
    pub fn metrics(&self, node: usize) -> BTreeMap<String, f64> {
        let mut stream = TcpStream::connect(self.http_address(node)).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: hanse\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("HTTP/1.0 200"), "{text}");
        let lines = text.lines().filter(|line| line.starts_with("hanse_"));
        lines
            .filter_map(|line| line.rsplit_once(' '))
            .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
            .collect()
    }
}
