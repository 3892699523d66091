//! Services as generated code offers and calls them: an operation's messages are typed values, and everything around them
//! (envelope, headers, dispatch, faults, HTTP) is here.

#[cfg(feature = "client")]
mod call_error;
#[cfg(feature = "client")]
mod caller;
#[cfg(feature = "server")]
mod context;
mod header;
mod message;
mod parts;
#[cfg(feature = "server")]
mod router;

use crate::codec::{Namespace, Tag};

#[cfg(feature = "client")]
pub use call_error::{CallError, FaultAnswer};
#[cfg(feature = "client")]
pub use caller::{Caller, Received};
#[cfg(feature = "server")]
pub use context::{Context, Reply};
pub use header::Header;
pub use message::{Detail, Failure, Faults, Message, NoFaults, Outcome, no_answer, not_served};
pub use parts::Parts;
#[cfg(feature = "server")]
pub use router::{MountError, Port, Router, addressed};

pub use crate::soap::{Attachment, Version};

/// An operation of a port type.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its name.
    pub name: &'static str,
    /// `SOAPAction`; empty where none.
    pub action: &'static str,
    /// The first element in the body of a request, with the table of its contract; nothing where the body is empty.
    pub element: Option<(&'static Tag, &'static [Namespace])>,
    /// There is no answer.
    pub one_way: bool,
    /// Values are encoded as SOAP 1.1, section 5 says.
    pub encoded: bool,
    /// The actions of the request and of the answer by WS-Addressing; the latter is empty where there is no answer.
    pub actions: [&'static str; 2],
}

/// The header blocks that a contract declares.
pub type Headers = &'static [(&'static Tag, &'static [Namespace])];

/// The documents of a contract: the name by which the others refer to it, and its text; the root first.
pub type Contract = &'static [(&'static str, &'static str)];
