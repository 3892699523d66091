//! Content codings (RFC 9110, 8.4): gzip out, gzip and deflate in, within a limit so that a small bomb stays small.

use std::io::Read;
#[cfg(feature = "server")]
use std::{fmt, io::Write};

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
#[cfg(feature = "server")]
use flate2::{Compression, write::GzEncoder};

/// Compresses piece by piece.
#[cfg(feature = "server")]
pub(super) struct Packer(GzEncoder<Vec<u8>>);

#[cfg(feature = "server")]
impl Default for Packer {
    fn default() -> Packer {
        // The fastest level: XML is small already then, and the sender waits for the rest.
        Packer(GzEncoder::new(Vec::new(), Compression::fast()))
    }
}

#[cfg(feature = "server")]
impl Packer {
    /// Compresses a piece; what is ready so far comes back.
    pub(super) fn pack(&mut self, piece: &[u8]) -> Bytes {
        // A vector takes every write.
        let _ = self.0.write_all(piece);
        std::mem::take(self.0.get_mut()).into()
    }

    pub(super) fn finish(self) -> Bytes {
        self.0.finish().unwrap_or_default().into()
    }
}

/// Compresses a whole body as gzip.
#[cfg(feature = "server")]
pub fn pack(body: &[u8]) -> Bytes {
    let mut packer = Packer::default();
    let _ = packer.0.write_all(body);
    packer.finish()
}

#[cfg(feature = "server")]
impl fmt::Debug for Packer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Packer")
    }
}

/// A body that cannot be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnpackError {
    /// The coding is not known.
    #[error("the content coding is not gzip or deflate")]
    Coding,
    /// It is not in its coding.
    #[error("the body is not in its content coding")]
    Broken,
    /// It is over the limit.
    #[error("the body is over the limit")]
    Large,
}

/// Undoes a content coding; `limit` is in bytes of what comes out.
pub(super) fn unpack(coding: &str, body: Bytes, limit: usize) -> Result<Bytes, UnpackError> {
    let coding = coding.trim().to_ascii_lowercase();
    match coding.as_str() {
        "" | "identity" => Ok(body),
        "gzip" | "x-gzip" => read(MultiGzDecoder::new(&*body), limit),
        "deflate" => read(ZlibDecoder::new(&*body), limit),
        _ => Err(UnpackError::Coding),
    }
}

fn read(decoder: impl Read, limit: usize) -> Result<Bytes, UnpackError> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(most)
        .read_to_end(&mut out)
        .map_err(|_| UnpackError::Broken)?;
    if out.len() > limit {
        Err(UnpackError::Large)
    } else {
        Ok(out.into())
    }
}

/// Tells whether an `Accept-Encoding` takes gzip (RFC 9110, 12.5.3).
#[cfg(feature = "server")]
pub fn accepts_gzip(accepted: &str) -> bool {
    let quality = |wanted: &[&str]| {
        accepted.split(',').find_map(|part| {
            let (coding, rest) = part.split_once(';').unwrap_or((part, ""));
            if !wanted
                .iter()
                .any(|name| coding.trim().eq_ignore_ascii_case(name))
            {
                return None;
            }
            let quality = rest.trim().strip_prefix("q=").unwrap_or("1");
            quality.trim().parse::<f32>().ok()
        })
    };
    quality(&["gzip", "x-gzip"])
        .or_else(|| quality(&["*"]))
        .is_some_and(|quality| quality > 0.0)
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_within_the_limit() {
        let text = "abcdefgh".repeat(10_000);
        let mut packer = Packer::default();
        let mut packed = packer.pack(text.as_bytes()).to_vec();
        packed.extend_from_slice(&packer.finish());
        let packed = Bytes::from(packed);
        assert_eq!(unpack(" GZip", packed.clone(), 80_000).unwrap(), text);
        assert_eq!(
            unpack("gzip", packed.clone(), 79_999),
            Err(UnpackError::Large)
        );
        assert_eq!(
            unpack("gzip", packed.slice(..100), 80_000),
            Err(UnpackError::Broken)
        );
        assert_eq!(unpack("br", packed, 80_000), Err(UnpackError::Coding));
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let cases = [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("*", true),
            ("gzip;q=0, *", false),
            ("identity", false),
            ("", false),
        ];
        for (accepted, expected) in cases {
            assert_eq!(accepts_gzip(accepted), expected, "{accepted}");
        }
    }
}
