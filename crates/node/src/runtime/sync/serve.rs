//! Answers peers that ask for blocks.

use std::sync::Arc;

use bytes::Bytes;
use crossbeam_channel::Receiver;
use types::{codec, ports::ChainReader};

use crate::exit::Failure;

use super::{
    super::network::{Network, PeerKey},
    message::{ANSWER_BLOCKS_MAX, ANSWER_BYTES_MAX, SyncMessage},
};

/// One request of a peer.
#[derive(Debug)]
pub struct Request {
    /// Who asks.
    pub peer: PeerKey,
    /// Repeated in the answer.
    pub id: u64,
    /// From where.
    pub first: types::Height,
    /// How many.
    pub count: u32,
}

/// Serves until the queue closes.
///
/// # Errors
/// None; the shape is that of a supervised task.
pub fn run(
    requests: &Receiver<Request>,
    chain: &Arc<dyn ChainReader>,
    network: &Network,
) -> Result<(), Failure> {
    while let Ok(request) = requests.recv() {
        let blocks = read(&request, chain);
        network.send_sync(request.peer, &SyncMessage::Blocks { id: request.id, blocks });
    }
    Ok(())
}

fn read(request: &Request, chain: &Arc<dyn ChainReader>) -> Vec<Bytes> {
    let mut blocks = Vec::new();
    let mut bytes = 0;
    let mut height = request.first;
    while blocks.len() < request.count.min(ANSWER_BLOCKS_MAX) as usize && bytes < ANSWER_BYTES_MAX {
        match chain.block(height) {
            Ok(Some(block)) => {
                let encoded: Bytes = codec::encode(&block).into();
                bytes += encoded.len();
                blocks.push(encoded);
                height = height.next();
            }
            Ok(None) => break,
            Err(error) => {
                tracing::error!(%height, %error, "a block asked for by a peer cannot be read");
                break;
            }
        }
    }
    blocks
}
