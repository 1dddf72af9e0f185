//! Frames: length u32 little-endian, then the payload. The length is checked before anything is allocated,
//! and the buffer grows only with bytes that have arrived.

use std::{io, time::Duration};

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use crate::Limits;

/// What is reserved for a body before its first byte arrived.
const RESERVE_MAX: usize = 16 * 1024;
/// What is read at once: Yamux hands out at most this much.
const CHUNK: usize = 16 * 1024;

/// A length of zero or above the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadLength;

/// Puts frames together from whatever pieces arrive. Pure.
#[derive(Debug)]
pub(crate) struct FrameAssembler {
    bytes_max: u32,
    header: [u8; 4],
    header_filled: usize,
    /// The announced length and what has arrived of it.
    body: Option<(usize, BytesMut)>,
}

impl FrameAssembler {
    pub(crate) fn new(bytes_max: u32) -> Self {
        Self { bytes_max, header: [0; 4], header_filled: 0, body: None }
    }

    /// Takes bytes from the front of `input`, up to the end of one frame.
    pub(crate) fn next(&mut self, input: &mut &[u8]) -> Result<Option<Bytes>, BadLength> {
        if self.body.is_none() {
            let take = input.len().min(4 - self.header_filled);
            let (now, later) = input.split_at(take);
            self.header[self.header_filled..self.header_filled + take].copy_from_slice(now);
            self.header_filled += take;
            *input = later;
            if self.header_filled < 4 {
                return Ok(None);
            }
            let length = u32::from_le_bytes(self.header);
            if length == 0 || length > self.bytes_max {
                return Err(BadLength);
            }
            let length = length as usize;
            self.body = Some((length, BytesMut::with_capacity(length.min(RESERVE_MAX))));
        }
        let Some((length, body)) = &mut self.body else { return Ok(None) };
        let take = input.len().min(*length - body.len());
        let (now, later) = input.split_at(take);
        body.extend_from_slice(now);
        *input = later;
        if body.len() < *length {
            return Ok(None);
        }
        self.header_filled = 0;
        Ok(self.body.take().map(|(_, body)| body.freeze()))
    }

    /// Bytes announced for the frame that has begun (0 while its length is incomplete); `None` between frames.
    pub(crate) fn begun(&self) -> Option<usize> {
        match &self.body {
            Some((length, _)) => Some(*length),
            None if self.header_filled > 0 => Some(0),
            None => None,
        }
    }
}

/// Why no more frames come from a stream.
#[derive(Debug)]
pub(crate) enum ReadEnd {
    /// The stream ended.
    Closed,
    /// The transport failed.
    Failed,
    /// A length of zero or above the limit.
    BadLength,
    /// A frame began and did not end in time.
    Stalled,
}

/// Reads frames from a stream. Dropping the future of [`FrameReader::next`] loses nothing.
#[derive(Debug)]
pub(crate) struct FrameReader<S> {
    stream: S,
    assembler: FrameAssembler,
    chunk: Box<[u8]>,
    start: usize,
    end: usize,
    begun: Option<Instant>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> FrameReader<S> {
    pub(crate) fn new(stream: S, bytes_max: u32) -> Self {
        let assembler = FrameAssembler::new(bytes_max);
        Self { stream, assembler, chunk: vec![0; CHUNK].into(), start: 0, end: 0, begun: None }
    }

    /// The stream, for writing.
    pub(crate) const fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The next frame. Between frames it waits for ever; a frame that has begun must end in time.
    pub(crate) async fn next(&mut self, limits: &Limits) -> Result<Bytes, ReadEnd> {
        loop {
            let mut rest = &self.chunk[self.start..self.end];
            let frame = self.assembler.next(&mut rest).map_err(|BadLength| ReadEnd::BadLength)?;
            self.start = self.end - rest.len();
            if let Some(frame) = frame {
                self.begun = None;
                return Ok(frame);
            }
            let read = self.stream.read(&mut self.chunk);
            let read = match self.assembler.begun() {
                None => read.await,
                Some(length) => {
                    let begun = *self.begun.get_or_insert_with(Instant::now);
                    let deadline = begun + limits.frame_allowance(length);
                    timeout_at(deadline, read).await.map_err(|_| ReadEnd::Stalled)?
                }
            };
            (self.start, self.end) = match read {
                Ok(0) => return Err(ReadEnd::Closed),
                Ok(count) => (0, count),
                Err(_) => return Err(ReadEnd::Failed),
            };
        }
    }
}

/// Adds length and payload to a buffer.
pub(crate) fn put_frame(buffer: &mut Vec<u8>, payload: &[u8]) {
    put_length(buffer, payload);
    buffer.put_slice(payload);
}

/// Adds only the length of a payload that is written from where it lies.
pub(crate) fn put_length(buffer: &mut Vec<u8>, payload: &[u8]) {
    buffer.put_u32_le(u32::try_from(payload.len()).unwrap_or(u32::MAX));
}

/// Writes all of some bytes within a time.
pub(crate) async fn write_within<S: AsyncWrite + Unpin>(
    stream: &mut S,
    bytes: &[u8],
    time: Duration,
) -> io::Result<()> {
    let write = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    timeout(time, write).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<Bytes> {
        let mut assembler = FrameAssembler::new(1000);
        let mut found = Vec::new();
        for piece in pieces {
            let mut input = &piece[..];
            while !input.is_empty() {
                found.extend(assembler.next(&mut input).unwrap());
            }
        }
        assert_eq!(assembler.begun(), None);
        found
    }

    #[test]
    fn frames_are_the_same_however_the_bytes_are_cut() {
        let payloads: Vec<Vec<u8>> = [1, 3, 1000, 4, 5].iter().map(|n| vec![*n as u8; *n]).collect();
        let mut wire = Vec::new();
        payloads.iter().for_each(|payload| put_frame(&mut wire, payload));
        for size in [1, 2, 3, 4, 5, 7, 100, wire.len()] {
            assert_eq!(frames(wire.chunks(size).map(<[u8]>::to_vec)), payloads, "cut into {size}");
        }
    }

    #[test]
    fn bad_lengths_are_refused_before_any_body() {
        for length in [0u32, 1001, u32::MAX] {
            let mut assembler = FrameAssembler::new(1000);
            assert_eq!(assembler.next(&mut &length.to_le_bytes()[..]), Err(BadLength));
            assert!(assembler.body.is_none());
        }
    }

    #[test]
    fn memory_grows_with_what_arrived_not_with_what_was_announced() {
        let mut assembler = FrameAssembler::new(u32::MAX);
        let mut input = &[&0xffff_fff0u32.to_le_bytes()[..], &[1; 10]].concat()[..];
        assert_eq!(assembler.next(&mut input), Ok(None));
        let (_, body) = assembler.body.as_ref().unwrap();
        assert!(body.capacity() <= 2 * RESERVE_MAX);
        assert_eq!(assembler.begun(), Some(0xffff_fff0));
    }
}
