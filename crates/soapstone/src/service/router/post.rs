//! One posted message: envelope, operation, answer or fault, and what is logged of it.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use futures_util::FutureExt;
use hyper::http::{StatusCode, header};
use tracing::Instrument;
use tracing::field::Empty;

use super::{Mounted, Router, refused};
use crate::codec::declares_xop;
use crate::http::{Head, Request, Response, millis};
use crate::service::message::{Message, Outcome, unwritten};
use crate::service::{Context, Operation, Reply, header as block};
use crate::soap::{
    Addressing, Code, Envelope, Fault, HeaderBlock, MediaType, Posted, Unsupported, Version,
    include, is_multipart, is_xop, read_envelope, read_multipart, write_envelope, write_multipart,
    xop_content_type,
};
use crate::{token, xml};

/// A message that is not answered as it asks.
enum Refused {
    Media(Unsupported),
    Fault(Version, Box<Fault>),
}

impl Router {
    /// Answers a posted message; by WS-Addressing where it is asked so. Each line that is logged meanwhile carries the operation and the correlation id.
    pub(super) async fn post(
        &self,
        port: &dyn Mounted,
        request: Request,
        principal: &str,
    ) -> Response {
        // Of a level that is there where only warnings are logged, which say nothing without it.
        let span = tracing::warn_span!("request", operation = Empty, correlation = Empty);
        if let Some(id) = request.head.correlation() {
            span.record("correlation", id);
        }
        let answered = async {
            let begun = Instant::now();
            let head = request.head.clone();
            let answered = self.exchange(port, request, principal).await;
            respond(&head, answered, begun)
        };
        answered.instrument(span).await
    }

    async fn exchange(
        &self,
        port: &dyn Mounted,
        request: Request,
        principal: &str,
    ) -> Result<Response, Refused> {
        let (mut body, mut attachments) = (request.body.clone(), Vec::new());
        let mut content_type = request.head.header(header::CONTENT_TYPE).map(str::to_owned);
        let mut xop = false;
        if let Some(media) = content_type.as_deref().map(MediaType::parse)
            && is_multipart(&media)
        {
            xop = is_xop(&media);
            let version = Version::of_media(&media).unwrap_or(Version::Soap11);
            let (root, rest) =
                read_multipart(&media, &body).map_err(|error| sender(version, &error))?;
            body = root.bytes.into();
            content_type = Some(root.content_type);
            attachments = rest;
        }
        let posted = Posted::read(content_type.as_deref(), request.head.header("SOAPAction"))
            .map_err(Refused::Media)?;
        let asked = posted.version.unwrap_or(Version::Soap11);
        let text =
            xml::decode(&body, posted.charset.as_deref()).map_err(|error| sender(asked, &error))?;
        let options = self.options.unwrap_or_else(xml::Options::message);
        // A contract that declares `xop:Include` itself reads it as it stands.
        let text = match any_declares_xop(port.operations()) {
            true => text,
            false => {
                include(text, &attachments, &options).map_err(|error| sender(asked, &error))?
            }
        };
        let mut reader = xml::Reader::new(&text, &options);
        reader.share(&body);
        let envelope = read_envelope(&mut reader)
            .map_err(|error| Refused::Fault(asked, Box::new(error.fault())))?;
        let version = envelope.version;
        let addressing = Addressing::read(&envelope, &options)
            .map_err(|error| Refused::Fault(version, Box::new(error.fault())))?;
        let refused_by = |action: Option<&str>, mut fault: Box<Fault>| {
            if let Some(asked) = &addressing {
                match name() {
                    Ok(id) => asked.write_fault(action, &id, &mut fault.headers),
                    Err(fallen) => return Refused::Fault(version, fallen),
                }
            }
            Refused::Fault(version, fault)
        };
        let refused = |fault| refused_by(None, fault);
        let known = port.headers();
        let understood = |block: &HeaderBlock<'_>| {
            Addressing::understands(&block.namespace, block.local)
                || known
                    .iter()
                    .any(|(tag, namespaces)| tag.is(&block.namespace, block.local, namespaces))
        };
        envelope.check_understood(understood).map_err(refused)?;
        if let Some(asked) = &addressing {
            let checked = asked.check_answer();
            checked.map_err(|fault| refused_by(Some(Addressing::FAULT), fault))?;
        }
        let told = addressing
            .as_ref()
            .and_then(|asked| asked.action.as_deref());
        let action = posted.action.as_deref().or(told);
        let Some((index, operation)) = find(port.operations(), &envelope, action) else {
            let what = envelope
                .payload
                .as_ref()
                .map_or("an empty body", |p| p.local);
            let reason = format!("{what} is no request of this service");
            return Err(refused(Box::new(Fault::new(Code::Sender, reason))));
        };
        tracing::Span::current().record("operation", operation.name);
        let context = Context {
            principal: principal.to_owned(),
            correlation: request.head.correlation().unwrap_or_default().to_owned(),
            version,
            headers: block::blocks(&envelope, &options),
            http: request.head.clone(),
            attachments,
            reply: Arc::new(Mutex::new(Reply {
                xop,
                ..Reply::default()
            })),
        };
        let message = Message {
            envelope,
            reader,
            strictness: self.strictness,
        };
        let outcome = caught(port.call(index, &context, message)).await;
        let mut reply = std::mem::take(&mut *context.reply());
        let outcome = match &reply.unwritten {
            Some(error) => outcome.and_then(|_| Err(unwritten(error))),
            None => outcome,
        };
        match outcome {
            Ok(Some(body)) => {
                if let Some(asked) = &addressing {
                    let id = name().map_err(refused)?;
                    asked.write_answer(operation.actions[1], &id, &mut reply.headers);
                }
                let mut out = String::with_capacity(body.len() + reply.headers.len() + 256);
                write_envelope(version, &reply.headers, &mut out, |out| out.push_str(&body));
                answer(version, out, &reply).map_err(refused)
            }
            Ok(None) => Ok(Response::empty(StatusCode::ACCEPTED)),
            Err(mut fault) => {
                fault.headers.push_str(&reply.headers);
                let action = Some(reply.fault_action).filter(|action| !action.is_empty());
                Err(refused_by(action, fault))
            }
        }
    }
}

/// A name for an answer.
fn name() -> Result<String, Box<Fault>> {
    token::urn().map_err(|error| {
        let reason = format!("no name can be drawn for the answer: {error}");
        Box::new(Fault::new(Code::Receiver, reason))
    })
}

fn sender(version: Version, error: &impl std::fmt::Display) -> Refused {
    Refused::Fault(
        version,
        Box::new(Fault::new(Code::Sender, error.to_string())),
    )
}

/// Runs a call; one that panics is answered with a fault, in the place of a connection that breaks. The panic's own text goes
/// where the program's panics go, and not to the peer.
async fn caught(call: Pin<Box<dyn Future<Output = Outcome> + Send + '_>>) -> Outcome {
    // The future is not polled again, and what it shares with others is guarded by locks.
    let call = AssertUnwindSafe(call).catch_unwind();
    call.await.unwrap_or_else(|_| {
        tracing::error!("the operation panicked");
        let fault = Fault::new(Code::Receiver, "the operation ended with an internal error");
        Err(Box::new(fault))
    })
}

/// The answer of a message, alone or with what travels beside it.
fn answer(version: Version, message: String, reply: &Reply) -> Result<Response, Box<Fault>> {
    if reply.attachments.is_empty() && !reply.xop {
        return Ok(Response::new(
            StatusCode::OK,
            version.content_type(),
            message,
        ));
    }
    let root = match reply.xop {
        true => xop_content_type(version.content_type()),
        false => version.content_type().to_owned(),
    };
    let (content_type, body) = write_multipart(&message, &root, &reply.attachments)
        .map_err(|error| Box::new(Fault::new(Code::Receiver, error.to_string())))?;
    Ok(Response::new(StatusCode::OK, version.content_type(), body)
        .with_header(header::CONTENT_TYPE, &content_type))
}

/// Makes the answer, and logs it: failures of this side as warnings. What a peer did wrong may quote what it sent, secrets
/// too, so the reason stands only where someone looks closer.
fn respond(head: &Head, answered: Result<Response, Refused>, begun: Instant) -> Response {
    let millis = millis(begun);
    match answered {
        Ok(response) => {
            tracing::debug!(status = response.status.as_u16(), millis, "answered");
            response
        }
        Err(Refused::Media(error)) => {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            tracing::info!(status = status.as_u16(), millis, "refused");
            refused(head, status, Code::Sender, &error.to_string())
        }
        Err(Refused::Fault(version, fault)) => {
            let status = fault.status(version);
            let code = fault.code.to_string();
            match fault.code {
                Code::Receiver | Code::Other(_) => {
                    tracing::warn!(status, code, reason = fault.reason, millis, "failed");
                }
                _ => {
                    tracing::info!(status, code, millis, "refused");
                    tracing::debug!(reason = fault.reason, "refused because");
                }
            }
            let mut out = String::new();
            fault.write(version, "", &mut out);
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Response::new(status, version.content_type(), out)
        }
    }
}

/// Tells whether the contract of a port declares `xop:Include`.
fn any_declares_xop(operations: &[Operation]) -> bool {
    let mut tables = operations.iter().filter_map(|o| o.element);
    tables.any(|(_, namespaces)| declares_xop(namespaces))
}

/// The operation of a request: by the element in its body (WS-I BP 1.1, 4.7.6), and by its action where several take that one. No
/// action makes a request of another element.
fn find<'o>(
    operations: &'o [Operation],
    envelope: &Envelope<'_>,
    action: Option<&str>,
) -> Option<(usize, &'o Operation)> {
    let same_action = |o: &Operation| action.is_some_and(|a| !o.action.is_empty() && o.action == a);
    let mut by_body = operations.iter().enumerate().filter(|(_, operation)| {
        match (&envelope.payload, operation.element) {
            (Some(payload), Some((tag, namespaces))) => {
                tag.is(&payload.namespace, payload.local, namespaces)
            }
            (None, None) => true,
            _ => false,
        }
    });
    let first = by_body.next()?;
    let mut all = std::iter::once(first).chain(by_body);
    Some(all.find(|(_, o)| same_action(o)).unwrap_or(first))
}
