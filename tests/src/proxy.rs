//! A TCP proxy for every directed pair of nodes: node i dials node j through the proxy (i, j). Runs without any
//! privilege, and can also delay and close.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
};

use tokio::{
    io::{self, AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::{Builder, Runtime},
    sync::{mpsc, watch},
    time::Instant,
};

use crate::links::{Links, Weather, passage};

/// Bytes read at once.
const CHUNK_BYTES: usize = 16 << 10;
/// Chunks on their way in one direction of a connection: what a link with delay holds.
const CHUNKS_MAX: usize = 256;

/// The proxies of a network, with their own thread.
#[derive(Debug)]
pub struct Proxies {
    /// What the links do.
    pub links: Arc<Links>,
    addresses: BTreeMap<(usize, usize), SocketAddr>,
    runtime: Option<Runtime>,
}

impl Proxies {
    /// Proxies between nodes that listen at `targets`.
    ///
    /// # Panics
    /// When there are no ports or threads.
    #[must_use]
    pub fn start(targets: &[SocketAddr]) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let links = Arc::new(Links::new(targets.len()));
        let mut addresses = BTreeMap::new();
        for from in 0..targets.len() {
            for to in (0..targets.len()).filter(|to| *to != from) {
                let listener = StdListener::bind(("127.0.0.1", 0)).unwrap();
                listener.set_nonblocking(true).unwrap();
                addresses.insert((from, to), listener.local_addr().unwrap());
                let (there, back) = (links.follow(from, to), links.follow(to, from));
                runtime.spawn(listen(listener, targets[to], there, back));
            }
        }
        Self { links, addresses, runtime: Some(runtime) }
    }

    /// Where node `from` is to dial node `to`.
    #[must_use]
    pub fn address(&self, from: usize, to: usize) -> SocketAddr {
        self.addresses[&(from, to)]
    }
}

impl Drop for Proxies {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn listen(
    listener: StdListener,
    target: SocketAddr,
    there: watch::Receiver<Weather>,
    back: watch::Receiver<Weather>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        let (there, back) = (there.clone(), back.clone());
        tokio::spawn(async move {
            // A broken connection ends its task; the nodes dial anew.
            let _ = carry(client, target, there, back).await;
        });
    }
}

/// One connection, until either side ends it or the weather closes it.
async fn carry(
    client: TcpStream,
    target: SocketAddr,
    mut there: watch::Receiver<Weather>,
    mut back: watch::Receiver<Weather>,
) -> io::Result<()> {
    let closings = (there.borrow().closings, back.borrow().closings);
    let (mut closing_there, mut closing_back) = (there.clone(), back.clone());
    let work = async move {
        // A request to connect needs both ways, too.
        passage(&mut there, Instant::now(), 0).await;
        passage(&mut back, Instant::now(), 0).await;
        let server = TcpStream::connect(target).await?;
        server.set_nodelay(true)?;
        client.set_nodelay(true)?;
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        tokio::try_join!(pump(from_client, to_server, there), pump(from_server, to_client, back)).map(|_| ())
    };
    tokio::select! {
        result = work => result,
        _ = closing_there.wait_for(|weather| weather.closings != closings.0) => Ok(()),
        _ = closing_back.wait_for(|weather| weather.closings != closings.1) => Ok(()),
    }
}

/// One direction of a connection. The end of the stream is a chunk of no bytes: it waits like any other.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
) -> io::Result<()> {
    let (sender, mut queue) = mpsc::channel::<(Instant, Vec<u8>)>(CHUNKS_MAX);
    let read = async move {
        loop {
            let mut chunk = vec![0; CHUNK_BYTES];
            let length = from.read(&mut chunk).await.unwrap_or(0);
            chunk.truncate(length);
            if sender.send((Instant::now(), chunk)).await.is_err() || length == 0 {
                return Ok(());
            }
        }
    };
    let write = async move {
        while let Some((arrived, chunk)) = queue.recv().await {
            passage(&mut weather, arrived, chunk.len()).await;
            if chunk.is_empty() {
                return to.shutdown().await;
            }
            to.write_all(&chunk).await?;
        }
        Ok(())
    };
    tokio::try_join!(read, write).map(|_| ())
}
