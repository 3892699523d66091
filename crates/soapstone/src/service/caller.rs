//! Calls operations over HTTP: writes the envelope, sends it, reads the answer or the fault.

use std::borrow::Cow;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use hyper::http::HeaderName;
use tracing::Instrument;
use tracing::field::Empty;

use super::call_error::{CallError, FaultAnswer, KEPT};
use super::message::{Detail, Faults};
use super::{Attachment, Header, Operation, Parts, Version};
use crate::codec::{Element, Strictness, Type, WriteError, declares_xop, inline_references};
use crate::http::{Answer, Client, Credentials, Outgoing, SendError, millis, without_secrets};
use crate::soap::{
    Addressing, Envelope, MediaType, include, is_multipart, read_envelope, read_fault,
    read_multipart, write_envelope, write_multipart, xop_content_type,
};
use crate::{token, xml};

/// Calls the operations of one port.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The connections.
    pub http: Client,
    /// Where the service is.
    pub address: String,
    /// The version of SOAP to speak.
    pub version: Version,
    /// What is shown in `Authorization`.
    pub credentials: Option<Credentials>,
    /// Header blocks as XML, for every request.
    pub headers: String,
    /// HTTP headers for every request.
    pub http_headers: Vec<(HeaderName, String)>,
    /// How answers are read.
    pub strictness: Strictness,
    /// What an answer may ask for.
    pub options: xml::Options,
    /// What travels beside the envelope of every request.
    pub attachments: Vec<Attachment>,
    /// Long values of `xs:base64Binary` travel beside the envelope, which refers to them by `xop:Include` (MTOM).
    pub xop: bool,
    /// Requests name themselves, their action and the address by WS-Addressing 1.0.
    pub addressing: bool,
    /// Where what came beside the body of an answer is kept.
    pub received: Option<Received>,
    /// Why a header block is not among them.
    unwritten: Option<WriteError>,
}

/// What came beside the body of the last answer: shared, since a caller is shared.
#[derive(Debug, Clone, Default)]
pub struct Received(Arc<Mutex<(Vec<Header>, Vec<Attachment>)>>);

impl Received {
    /// Takes the header blocks and the attachments of the last answer.
    pub fn take(&self) -> (Vec<Header>, Vec<Attachment>) {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, headers: Vec<Header>, attachments: Vec<Attachment>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (headers, attachments);
    }
}

impl Caller {
    /// Makes a caller with nothing but an address.
    pub fn new(http: Client, address: impl Into<String>, version: Version) -> Caller {
        Caller {
            http,
            address: address.into(),
            version,
            credentials: None,
            headers: String::new(),
            http_headers: Vec::new(),
            strictness: Strictness::Strict,
            options: xml::Options::message(),
            attachments: Vec::new(),
            xop: false,
            addressing: false,
            received: None,
            unwritten: None,
        }
    }

    /// Sends a part beside the envelope of every request.
    #[must_use]
    pub fn with_attachment(mut self, attachment: Attachment) -> Caller {
        self.attachments.push(attachment);
        self
    }

    /// Sends long binary values beside the envelope (MTOM).
    #[must_use]
    pub fn with_xop(mut self) -> Caller {
        self.xop = true;
        self
    }

    /// Names requests by WS-Addressing; the clients of contracts that ask for it do so without being told.
    #[must_use]
    pub fn with_addressing(mut self) -> Caller {
        self.addressing = true;
        self
    }

    /// Keeps what comes beside the bodies of answers.
    #[must_use]
    pub fn keeping(mut self, received: Received) -> Caller {
        self.received = Some(received);
        self
    }

    /// Adds credentials.
    #[must_use]
    pub fn with_credentials(mut self, credentials: Credentials) -> Caller {
        self.credentials = Some(credentials);
        self
    }

    /// Adds a header block to every request; calls tell where no document says it.
    #[must_use]
    pub fn with_header<T: Type>(mut self, element: Element<T>, value: &T) -> Caller {
        if let Err(error) = element.write_to(value, &mut self.headers) {
            self.unwritten.get_or_insert(error);
        }
        self
    }

    /// Reads answers leniently.
    #[must_use]
    pub fn lenient(mut self) -> Caller {
        self.strictness = Strictness::Lenient;
        self
    }

    /// Calls an operation that answers.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call<Q: Parts, A: Parts, F: Faults>(
        &self,
        operation: &Operation,
        request: Option<(Q, &Q::Value)>,
        response: A,
    ) -> Result<A::Value, CallError<F>> {
        let called = async {
            let answer = self.exchange(operation, request).await?;
            let whole = self.read(operation, &answer, Some(response))?;
            whole.ok_or_else(|| CallError::Answer("the body is empty".to_owned()))
        };
        self.logged(operation, called).await
    }

    /// Calls an operation that answers nothing.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn send<Q: Parts, F: Faults>(
        &self,
        operation: &Operation,
        request: Option<(Q, &Q::Value)>,
    ) -> Result<(), CallError<F>> {
        let called = async {
            let answer = self.exchange(operation, request).await?;
            if answer.status.is_success() && answer.body.trim_ascii().is_empty() {
                return Ok(());
            }
            self.read(operation, &answer, None::<Element<String>>)?;
            Ok(())
        };
        self.logged(operation, called).await
    }

    /// Logs what comes of a call: what is answered for those who look closer, what is not as a warning. Neither what is sent
    /// nor what comes is logged, as there may be secrets in it.
    async fn logged<T, F>(
        &self,
        operation: &Operation,
        called: impl Future<Output = Result<T, CallError<F>>>,
    ) -> Result<T, CallError<F>> {
        // Of a level that is there where only warnings are logged, which say nothing without it.
        let span = tracing::warn_span!(
            "call",
            operation = operation.name,
            address = without_secrets(&self.address),
            correlation = Empty,
            status = Empty,
        );
        let mut headers = self.http_headers.iter();
        if let Some((_, id)) = headers.find(|(name, _)| name.as_str() == "x-correlation-id") {
            span.record("correlation", id);
        }
        async {
            let begun = Instant::now();
            let result = called.await;
            let millis = millis(begun);
            match &result {
                Ok(_) => tracing::debug!(millis, "answered"),
                Err(CallError::Typed(_, fault) | CallError::Fault(fault)) => {
                    tracing::info!(millis, code = %fault.code, "answered with a fault");
                }
                Err(CallError::Write(_)) => tracing::warn!("the request cannot be written"),
                Err(CallError::Send(error)) => tracing::warn!(millis, %error, "no answer"),
                Err(CallError::Answer(_)) => tracing::warn!(millis, "the answer cannot be read"),
                Err(CallError::Status(..)) => {
                    tracing::warn!(millis, "what came is no SOAP message");
                }
            }
            result
        }
        .instrument(span)
        .await
    }

    async fn exchange<Q: Parts, F>(
        &self,
        operation: &Operation,
        request: Option<(Q, &Q::Value)>,
    ) -> Result<Answer, CallError<F>> {
        let (mut message, mut aside) = (String::new(), Vec::new());
        if let Some(error) = &self.unwritten {
            return Err(CallError::Write(error.clone()));
        }
        let not_sent = |reason: String| CallError::Send(SendError::NotSent { reason });
        let mut headers = Cow::Borrowed(self.headers.as_str());
        if self.addressing {
            let id = token::urn().map_err(|error| not_sent(error.to_string()))?;
            let action = operation.actions[0];
            Addressing::write_request(action, &self.address, &id, headers.to_mut());
        }
        let mut written = Ok(());
        write_envelope(self.version, &headers, &mut message, |out| {
            if let Some((parts, value)) = request {
                let wrapper = out.len();
                written = parts.write(value, out, self.xop.then_some(&mut aside));
                if operation.encoded {
                    say_encoded(self.version, wrapper, out);
                }
            }
        });
        written.map_err(CallError::Write)?;
        let quoted = format!("\"{}\"", operation.action);
        let mut content_type = match self.version {
            Version::Soap12 if !operation.action.is_empty() => {
                format!("{}; action={quoted}", self.version.content_type())
            }
            version => version.content_type().to_owned(),
        };
        let body = if self.attachments.is_empty() && !self.xop {
            message.into_bytes()
        } else {
            if self.xop {
                content_type = xop_content_type(&content_type);
            }
            let aside = aside.into_iter().map(Attachment::from);
            let beside: Vec<Attachment> = aside.chain(self.attachments.iter().cloned()).collect();
            let (multipart, body) = write_multipart(&message, &content_type, &beside)
                .map_err(|error| not_sent(error.to_string()))?;
            content_type = multipart;
            body
        };
        let mut outgoing = Outgoing::post(&self.address, &content_type, body);
        if self.version == Version::Soap11 {
            outgoing = outgoing.with_header(HeaderName::from_static("soapaction"), &quoted);
        }
        outgoing.credentials = self.credentials.clone();
        for (name, value) in &self.http_headers {
            outgoing = outgoing.with_header(name.clone(), value);
        }
        let answer = self.http.send(outgoing).await.map_err(CallError::Send)?;
        tracing::Span::current().record("status", answer.status.as_u16());
        Ok(answer)
    }

    fn read<A: Parts, F: Faults>(
        &self,
        operation: &Operation,
        answer: &Answer,
        response: Option<A>,
    ) -> Result<Option<A::Value>, CallError<F>> {
        let mut media = answer.header("content-type").map(MediaType::parse);
        let (mut body, mut attachments) = (answer.body.clone(), Vec::new());
        if let Some(multipart) = media.as_ref().filter(|media| is_multipart(media)) {
            let (root, rest) = read_multipart(multipart, &answer.body)
                .map_err(|error| CallError::Answer(error.to_string()))?;
            media = Some(MediaType::parse(&root.content_type));
            (body, attachments) = (root.bytes.into(), rest);
        }
        let charset = media
            .as_ref()
            .and_then(|m| m.parameter("charset"))
            .map(str::to_owned);
        let plain = |reason: String| {
            let body = answer.body.get(..answer.body.len().min(KEPT));
            // A copy, which does not keep the rest.
            let body = Bytes::copy_from_slice(body.unwrap_or_default());
            let kept = Answer {
                body,
                ..answer.clone()
            };
            CallError::Status(Box::new(kept), reason)
        };
        let text =
            xml::decode(&body, charset.as_deref()).map_err(|error| plain(error.to_string()))?;
        let text = if response.is_some_and(|parts| declares_xop(parts.namespaces())) {
            text
        } else {
            include(text, &attachments, &self.options)
                .map_err(|error| CallError::Answer(error.to_string()))?
        };
        let text = if operation.encoded {
            inline_references(&text, &self.options).map_err(|e| CallError::Answer(e.to_string()))?
        } else {
            text
        };
        let mut reader = xml::Reader::new(&text, &self.options);
        reader.share(&body);
        let envelope = match read_envelope(&mut reader) {
            Ok(envelope) => envelope,
            Err(error) if answer.status.is_success() && is_envelope(&text, &self.options) => {
                return Err(CallError::Answer(error.to_string()));
            }
            Err(error) => return Err(plain(error.to_string())),
        };
        let headers = super::header::blocks(&envelope, &self.options);
        if let Some(received) = &self.received {
            received.put(headers.clone(), attachments);
        }
        let strictness = match self.strictness {
            Strictness::Strict if operation.encoded => Strictness::Encoded,
            other => other,
        };
        let Some(payload) = &envelope.payload else {
            if !answer.status.is_success() {
                return Err(plain("the body of the envelope is empty".to_owned()));
            }
            return finish(&envelope, reader, strictness).map(|()| None);
        };
        if payload.local == "Fault" && payload.namespace == envelope.version.namespace() {
            let fault = read_fault(&mut reader, envelope.version)
                .map_err(|error| CallError::Answer(error.to_string()))?;
            let typed = F::read(&Detail::of(fault.detail.as_ref(), headers));
            let fault = Box::new(FaultAnswer {
                fault,
                status: answer.status,
                http_headers: answer.headers.clone(),
            });
            return Err(match typed {
                Some(typed) => CallError::Typed(typed, fault),
                None => CallError::Fault(fault),
            });
        }
        let Some(response) = response else {
            if !answer.status.is_success() {
                return Err(plain(format!("its body is {}, no fault", payload.local)));
            }
            // What is answered where nothing is due is nobody's, as long as it is XML.
            return finish(&envelope, reader, Strictness::Lenient).map(|()| None);
        };
        let (value, reader) = response
            .read_at(reader, strictness)
            .map_err(|error| CallError::Answer(error.to_string()))?;
        finish(&envelope, reader, strictness)?;
        Ok(Some(value))
    }
}

/// Reads the rest of an answer. Behind its payload stand the values to which encoded ones refer, and what lenient reading passes
/// over.
fn finish<'a, F>(
    envelope: &Envelope<'a>,
    mut reader: xml::Reader<'a>,
    strictness: Strictness,
) -> Result<(), CallError<F>> {
    let end = match strictness {
        Strictness::Strict => envelope.finish(&mut reader),
        _ => envelope.finish_body(&mut reader),
    };
    end.map_err(|error| CallError::Answer(error.to_string()))
}

/// Tells whether a document is a SOAP message, be it a broken one.
fn is_envelope(text: &str, options: &xml::Options) -> bool {
    let first = xml::Reader::new(text, options).next();
    matches!(first, Ok(xml::Event::Start(root)) if root.local == "Envelope")
}

/// Says at an element that what is in it is encoded (SOAP 1.1, 4.1.1; SOAP 1.2 part 1, 5.1.1); the prefix `soap` is bound.
fn say_encoded(version: Version, element: usize, out: &mut String) {
    let encoding = match version {
        Version::Soap11 => "http://schemas.xmlsoap.org/soap/encoding/",
        Version::Soap12 => "http://www.w3.org/2003/05/soap-encoding",
    };
    let behind = out.get(element..).unwrap_or_default();
    if let Some(name) = behind.find([' ', '>', '/']) {
        let attribute = format!(" soap:encodingStyle=\"{encoding}\"");
        out.insert_str(element + name, &attribute);
    }
}
