//! The body of an answer: bytes in memory, or pieces as they are made.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::gzip::{self, Packer};

/// The body of an answer.
#[derive(Debug)]
pub struct Body {
    source: Source,
    packer: Option<Packer>,
    /// The place in the count of requests in flight, given back when all of the body is handed to the connection.
    _place: Option<OwnedSemaphorePermit>,
}

/// Longer bodies are compressed in pieces of this many bytes while they are sent, so that one does not hold up its thread.
const PIECE: usize = 128 << 10;

#[derive(Debug)]
enum Source {
    Full(Bytes),
    Pieces(mpsc::Receiver<Piece>),
    Made(Made),
}

struct Made(Box<dyn Iterator<Item = Bytes> + Send + Sync>);

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Made")
    }
}

impl Source {
    /// The next piece; nothing where its maker went away.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Piece>> {
        match self {
            Source::Full(_) => Poll::Ready(Some(Piece::End)),
            Source::Pieces(receiver) => receiver.poll_recv(cx),
            Source::Made(made) => Poll::Ready(Some(made.0.next().map_or(Piece::End, Piece::Bytes))),
        }
    }
}

#[derive(Debug)]
enum Piece {
    Bytes(Bytes),
    End,
}

/// A body whose maker went away before its end: the connection is closed without an end, so that the peer sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the body broke off")]
pub struct Broken;

/// Makes a body piece by piece, no faster than it is sent.
#[derive(Debug)]
pub struct BodyWriter(mpsc::Sender<Piece>);

impl Body {
    /// A body of nothing.
    pub fn empty() -> Body {
        Body::from(Bytes::new())
    }

    /// A body that is made while it is sent, at most `pieces` ahead; without [`BodyWriter::finish`] it counts as broken.
    pub fn streamed(pieces: usize) -> (BodyWriter, Body) {
        let (sender, receiver) = mpsc::channel(pieces.max(1));
        (
            BodyWriter(sender),
            Body {
                source: Source::Pieces(receiver),
                packer: None,
                _place: None,
            },
        )
    }

    /// A body of which the next piece is made when the one before is sent; none of them may fail.
    pub fn made(pieces: impl Iterator<Item = Bytes> + Send + Sync + 'static) -> Body {
        Body {
            source: Source::Made(Made(Box::new(pieces))),
            packer: None,
            _place: None,
        }
    }

    /// The bytes, if they are in memory.
    pub fn bytes(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Full(bytes) => Some(bytes),
            Source::Pieces(_) | Source::Made(_) => None,
        }
    }

    pub(super) fn in_memory(mut self) -> Body {
        if let Source::Made(pieces) = &mut self.source {
            let all = pieces.0.by_ref().fold(BytesMut::new(), |mut all, piece| {
                all.extend_from_slice(&piece);
                all
            });
            self.source = Source::Full(all.freeze());
        }
        self
    }

    pub(super) fn holding(mut self, place: Option<OwnedSemaphorePermit>) -> Body {
        self._place = place;
        self
    }

    /// Compresses what is sent, where that is worth it; tells whether it does.
    pub(super) fn pack(&mut self, above: usize) -> bool {
        match &mut self.source {
            Source::Full(bytes) if bytes.len() <= above => return false,
            Source::Full(bytes) if bytes.len() <= PIECE => *bytes = gzip::pack(bytes),
            _ => self.packer = Some(Packer::default()),
        }
        true
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Body {
        Body {
            source: Source::Full(bytes.into()),
            packer: None,
            _place: None,
        }
    }
}

impl BodyWriter {
    /// Sends a piece; waits where the peer is slower.
    ///
    /// # Errors
    /// Where the peer is gone, so that nothing more needs to be made.
    pub async fn write(&mut self, bytes: impl Into<Bytes>) -> Result<(), Broken> {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return Ok(());
        }
        self.0.send(Piece::Bytes(bytes)).await.map_err(|_| Broken)
    }

    /// Ends the body.
    ///
    /// # Errors
    /// Where the peer is gone.
    pub async fn finish(self) -> Result<(), Broken> {
        self.0.send(Piece::End).await.map_err(|_| Broken)
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let body = self.get_mut();
        if let Source::Full(bytes) = &mut body.source {
            let piece = next_piece(bytes, &mut body.packer);
            return Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))));
        }
        loop {
            let Poll::Ready(next) = body.source.poll_next(cx) else {
                return Poll::Pending;
            };
            let ready = match next {
                None => return Poll::Ready(Some(Err(Broken))),
                Some(Piece::Bytes(bytes)) => match &mut body.packer {
                    None => bytes,
                    Some(packer) => packer.pack(&bytes),
                },
                Some(Piece::End) => {
                    let last = body.packer.take().map(Packer::finish).unwrap_or_default();
                    body.source = Source::Full(Bytes::new());
                    return Poll::Ready((!last.is_empty()).then(|| Ok(Frame::data(last))));
                }
            };
            // The packer keeps small pieces back.
            if !ready.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(ready))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.source, Source::Full(bytes) if bytes.is_empty()) && self.packer.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Full(bytes) if self.packer.is_none() => {
                SizeHint::with_exact(bytes.len() as u64)
            }
            _ => SizeHint::default(),
        }
    }
}

/// What is sent next of a body in memory.
fn next_piece(bytes: &mut Bytes, packer: &mut Option<Packer>) -> Option<Bytes> {
    let Some(packing) = packer else {
        return (!bytes.is_empty()).then(|| std::mem::take(bytes));
    };
    while !bytes.is_empty() {
        let piece = packing.pack(&bytes.split_to(bytes.len().min(PIECE)));
        // The packer keeps small pieces back.
        if !piece.is_empty() {
            return Some(piece);
        }
    }
    packer
        .take()
        .map(Packer::finish)
        .filter(|last| !last.is_empty())
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Source::Full(bytes) => f.write_str(&String::from_utf8_lossy(bytes)),
            Source::Pieces(_) | Source::Made(_) => f.write_str("(streamed)"),
        }
    }
}
