//! Why a call gave no answer, and how much is known of its fate.

use std::fmt;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use crate::codec::WriteError;
use crate::http::{Answer, HeaderMap, SendError, StatusCode, retry_after};
use crate::soap::Fault;

/// Why a call gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError<F> {
    /// The service answered with a fault of its contract; the plain fault is there too.
    #[error("{1}")]
    Typed(F, Box<FaultAnswer>),
    /// The service answered with another fault.
    #[error("{0}")]
    Fault(Box<FaultAnswer>),
    /// The request, or a header block of it, has a value that no document says; nothing was sent.
    #[error("the request cannot be written: {0}")]
    Write(#[source] WriteError),
    /// There is no answer, and how much is known of the request's fate.
    #[error("{0}")]
    Send(#[source] SendError),
    /// The answer is a SOAP message, but not as the contract has it: the service got the request, and what it did about it
    /// cannot be read.
    #[error("the answer cannot be read: {0}")]
    Answer(String),
    /// What came is no answer of a service: the page of a proxy or of a sign-in, or nothing; and why it is none. Whether the
    /// service got the request is not known, unless the status says so (4xx and 503: it was not taken). The headers tell when
    /// to try again ([`CallError::retry_after`]) and where else (`Location`); the body is cut to its first 4 kB.
    #[error("{}", status(.0, .1))]
    Status(Box<Answer>, String),
}

/// A fault as it was answered.
#[derive(Debug, Clone)]
pub struct FaultAnswer {
    /// The fault.
    pub fault: Fault,
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub http_headers: HeaderMap,
}

/// Whoever asks for the fault asks for its fields.
impl Deref for FaultAnswer {
    type Target = Fault;

    fn deref(&self) -> &Fault {
        &self.fault
    }
}

impl fmt::Display for FaultAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl<F> CallError<F> {
    /// The HTTP status and headers of the answer, where one came that tells why there is none to the call.
    pub fn http(&self) -> Option<(StatusCode, &HeaderMap)> {
        match self {
            CallError::Typed(_, fault) | CallError::Fault(fault) => {
                Some((fault.status, &fault.http_headers))
            }
            CallError::Status(answer, _) => Some((answer.status, &answer.headers)),
            CallError::Send(SendError::Answered {
                status, headers, ..
            }) => Some((*status, headers)),
            CallError::Send(_) | CallError::Write(_) | CallError::Answer(_) => None,
        }
    }

    /// How long `Retry-After` asks to wait, whatever came with it: a fault, or no SOAP message at all.
    pub fn retry_after(&self, now: SystemTime) -> Option<Duration> {
        retry_after(self.http()?.1, now)
    }
}

/// How many bytes of an answer that is no SOAP message an error keeps.
pub(super) const KEPT: usize = 4096;
/// How many characters of it are shown.
const SHOWN: usize = 120;

/// What an answer without a SOAP message looks like.
fn status(answer: &Answer, reason: &str) -> String {
    if answer.body.trim_ascii().is_empty() {
        return format!("answered {} with an empty body", answer.status);
    }
    let media = answer.header("content-type").unwrap_or("no content type");
    let text = String::from_utf8_lossy(&answer.body);
    let words: Vec<&str> = text.split_whitespace().collect();
    let body: String = words.join(" ").chars().take(SHOWN).collect();
    let status = answer.status;
    format!("answered {status} with {media} and no SOAP message: {reason}; it begins {body:?}")
}
