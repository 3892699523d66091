//! What an operation knows of its request besides the body, and what goes back beside the body of its answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::message::{Outcome, unwritten};
use super::{Attachment, Failure, Faults, Header, Parts};
use crate::codec::{Element, Type, WriteError};
use crate::http::Head;
use crate::soap::{Fault, Version};

/// What an operation may know of its request besides the body.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks, as whoever stands in front of the router found out; empty for nobody known.
    pub principal: String,
    /// Names the request in logs: `X-Correlation-Id` as sent, or empty where it is not there or not plain.
    pub correlation: String,
    /// The version of SOAP.
    pub version: Version,
    /// The SOAP header blocks.
    pub headers: Vec<Header>,
    /// The HTTP request up to its body.
    pub http: Arc<Head>,
    /// Parts that travelled beside the envelope.
    pub attachments: Vec<Attachment>,
    /// What goes back beside the body.
    pub reply: Arc<Mutex<Reply>>,
}

/// What goes back beside the body of an answer.
#[derive(Debug, Default)]
pub struct Reply {
    pub(super) headers: String,
    /// Why a header block is not among them.
    pub(super) unwritten: Option<WriteError>,
    pub(super) attachments: Vec<Attachment>,
    /// Long binary values of the body travel beside it, referred to by `xop:Include`.
    pub(super) xop: bool,
    /// The action of the contract's fault, where it is one that has an action.
    pub(super) fault_action: &'static str,
}

impl Context {
    /// Makes an outcome of an operation's result. Long binary values go beside the body where the request came with
    /// `xop:Include`, or [`answer_with_xop`](Context::answer_with_xop) asked for it.
    ///
    /// # Errors
    /// The fault, where the operation failed, or no document says its answer.
    pub fn answer<P: Parts, F: Faults>(
        &self,
        parts: P,
        result: Result<P::Value, Failure<F>>,
    ) -> Outcome {
        let value = result.map_err(|failure| {
            if let Failure::Typed(fault, _) = &failure {
                self.reply().fault_action = fault.action();
            }
            failure.into_fault()
        })?;
        let mut body = String::new();
        let mut aside = Vec::new();
        let mut reply = self.reply();
        parts
            .write(&value, &mut body, reply.xop.then_some(&mut aside))
            .map_err(|error| unwritten(&error))?;
        reply
            .attachments
            .extend(aside.into_iter().map(Attachment::from));
        Ok(Some(body))
    }

    /// Sends long binary values of the answer beside its body (MTOM), whatever the request did.
    pub fn answer_with_xop(&self) {
        self.reply().xop = true;
    }

    /// Reads a header block; nothing where it is not there.
    ///
    /// # Errors
    /// The fault that says what is wrong in it.
    pub fn header<T: Type>(&self, element: Element<T>) -> Result<Option<T>, Box<Fault>> {
        super::header::read(&self.headers, element)
    }

    /// Finds a part that travelled beside the envelope.
    pub fn attachment(&self, content_id: &str) -> Option<&Attachment> {
        self.attachments
            .iter()
            .find(|attachment| attachment.content_id == content_id)
    }

    /// Adds a header block to the answer, which becomes a fault where no document says the block.
    pub fn answer_header<T: Type>(&self, element: Element<T>, value: &T) {
        let mut reply = self.reply();
        if let Err(error) = element.write_to(value, &mut reply.headers) {
            reply.unwritten.get_or_insert(error);
        }
    }

    /// Sends a part beside the envelope of the answer.
    pub fn attach(&self, attachment: Attachment) {
        self.reply().attachments.push(attachment);
    }

    /// Each call leaves whole entries only, so the reply is good after a panic.
    pub(super) fn reply(&self) -> MutexGuard<'_, Reply> {
        self.reply.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
