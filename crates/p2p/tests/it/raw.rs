//! A peer that speaks Noise and Yamux but says on its streams whatever a test wants.

use futures::{AsyncReadExt as _, AsyncWriteExt as _, future::poll_fn};
use libp2p::{
    core::{muxing::StreamMuxerExt as _, upgrade::OutboundConnectionUpgrade as _},
    identity::Keypair,
    noise,
    yamux::{self, Stream},
};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
};
use tokio_util::compat::TokioAsyncReadCompatExt as _;

/// A raw connection; ends when dropped.
pub(crate) struct Raw {
    open: mpsc::Sender<oneshot::Sender<Stream>>,
}

impl Raw {
    /// Dials with the key of a seed.
    pub(crate) async fn dial(seed: u8, address: &str) -> Self {
        let keys = Keypair::ed25519_from_bytes([seed; 32]).unwrap();
        let socket = TcpStream::connect(address).await.unwrap().compat();
        let noise = noise::Config::new(&keys).unwrap();
        let (_, io) = noise.upgrade_outbound(socket, "/noise").await.unwrap();
        let mut muxer = yamux::Config::default().upgrade_outbound(io, "/yamux/1.0.0").await.unwrap();
        let (open, mut requests) = mpsc::channel::<oneshot::Sender<Stream>>(1);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            loop {
                tokio::select! {
                    request = requests.recv() => {
                        let Some(answer) = request else { return };
                        let Ok(stream) = poll_fn(|cx| muxer.poll_outbound_unpin(cx)).await else { return };
                        let _ = answer.send(stream);
                    }
                    stream = poll_fn(|cx| muxer.poll_inbound_unpin(cx)) => match stream {
                        Ok(stream) => kept.push(stream),
                        Err(_) => return,
                    },
                }
            }
        });
        Self { open }
    }

    /// Opens a stream and writes its first bytes.
    pub(crate) async fn stream(&self, bytes: &[u8]) -> Stream {
        let (sender, receiver) = oneshot::channel();
        self.open.send(sender).await.unwrap();
        let mut stream = receiver.await.unwrap();
        write(&mut stream, bytes).await;
        stream
    }

    /// Dials and shakes hands properly with a node that has the higher key: control and class streams.
    pub(crate) async fn join(seed: u8, address: &str) -> (Self, Stream, Vec<Stream>) {
        let raw = Self::dial(seed, address).await;
        let mut control = raw.stream(&[0]).await;
        write(&mut control, &frame(&hello(1, [1; 32]))).await;
        let mut theirs = [0; 4];
        control.read_exact(&mut theirs).await.unwrap();
        let mut hello = vec![0; u32::from_le_bytes(theirs) as usize];
        control.read_exact(&mut hello).await.unwrap();
        write(&mut control, &frame(&[1, 1, 0, 0, 0, 0, 0, 0, 0])).await;
        let mut classes = Vec::new();
        for tag in 1..=3 {
            classes.push(raw.stream(&[tag]).await);
        }
        (raw, control, classes)
    }
}

pub(crate) async fn write(stream: &mut Stream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
    stream.flush().await.unwrap();
}

pub(crate) fn frame(payload: &[u8]) -> Vec<u8> {
    [&u32::try_from(payload.len()).unwrap().to_le_bytes()[..], payload].concat()
}

pub(crate) fn hello(protocol: u16, network: [u8; 32]) -> Vec<u8> {
    [&b"hanse"[..], &protocol.to_le_bytes(), &network, &[9; 8], &[0, 3], b"raw"].concat()
}
