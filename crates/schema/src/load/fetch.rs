//! Where documents come from.

use std::io;

/// Gets documents by location.
pub trait Fetch {
    /// Reads the bytes of the document at an absolute or relative path, or at a URL.
    ///
    /// # Errors
    /// What kept it from doing so; loading goes on without the document.
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError>;
}

/// Why a document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The network is not asked by itself.
    #[error("it is on the network, which is not asked")]
    Network,
    /// A document from the network refers to a file.
    #[error("a document from the network may not refer to a file")]
    Confined,
    /// Reading it failed.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// Anything else that a source of documents has to say.
    #[error("{0}")]
    Refused(String),
}

/// Reads files; refuses URLs of other schemes than `file`.
#[derive(Debug, Clone, Copy)]
pub struct Files;

impl Fetch for Files {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        let path = match location.split_once("://") {
            Some(("file", path)) => path,
            Some((scheme, _))
                if scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) =>
            {
                return Err(FetchError::Network);
            }
            _ if location.starts_with("urn:") => return Err(FetchError::Network),
            _ => location,
        };
        match std::fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.contains('%') => {
                Ok(std::fs::read(super::location::unescape(path))?)
            }
            result => Ok(result?),
        }
    }
}

/// Has nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoFetch;

impl Fetch for NoFetch {
    fn fetch(&mut self, _location: &str) -> Result<Vec<u8>, FetchError> {
        Err(FetchError::Refused(
            "it is not among the documents given".to_owned(),
        ))
    }
}
