//! A third party's SOAP operation as a sink: what goes out was rendered and kept before; here it gets its credentials, is sent, and
//! what comes back is understood.

use serde_json::Value as Json;
use soapstone::http::{Client, Credentials, HeaderName, Outgoing as Request, header};
use soapstone::soap::{MediaType, Version};

use crate::capture::log::Kind;
use crate::flow::answer::{self, Answer, Answers};
use crate::flow::carry::{Parts, Render};
use crate::flow::expression::{Expression, Scope};
use crate::flow::mapping::Node;
use crate::flow::outcome::{Found, Heard, Outcome};
use crate::flow::{Ambient, Outgoing, Pending, Sink};

use super::contract::{Operation, ThirdParty};
use super::envelope::{self, Said};
use super::security::UsernameToken;
use super::{Keep, by_status, unheard};

/// A third party's operation.
pub struct SoapCall {
    /// The contract.
    pub third: ThirdParty,
    /// What a new or changed record calls.
    pub operation: Operation,
    /// What a deleted record calls; without it the same.
    pub delete: Option<Operation>,
    /// How to ask for a message.
    pub look_up: Option<LookUp>,
    /// The address.
    pub address: String,
    /// The header blocks' map.
    pub header: Option<Node>,
    /// Header blocks with secrets in them, as XML.
    pub secret_header: String,
    /// What answers mean.
    pub answers: Answers,
    /// What is shown in `Authorization`.
    pub credentials: Option<Credentials>,
    /// What is shown in the SOAP header.
    pub token: Option<UsernameToken>,
    /// What of messages is kept.
    pub keep: Keep,
    /// Sends.
    pub client: Client,
    /// The clock and the dice, for tokens.
    pub ambient: Ambient,
}

/// How to ask whether a message arrived.
pub struct LookUp {
    /// The operation.
    pub operation: Operation,
    /// Its request's fields.
    pub map: Option<Node>,
    /// The message is there.
    pub found: Expression,
    /// What the destination calls it.
    pub reference: Option<Expression>,
}

/// The names that a look-up's map may use: the record is not at hand any more, what was sent is.
pub const LOOK_UP_NAMES: [&str; 4] = ["message_id", "key", "kind", "request"];

impl Render for SoapCall {
    fn render(&self, parts: &Parts<'_>) -> Result<String, String> {
        let operation = self.operation_for(parts.kind == Kind::Delete);
        let header = match &self.header {
            None => None,
            Some(map) => {
                let scope = Scope::new(&[
                    ("record", parts.record),
                    ("kind", &parts.kind.word().into()),
                    ("message_id", &parts.message_id.into()),
                ]);
                Some(map.fill(&scope)?)
            }
        };
        let header = header.as_deref().unwrap_or_default();
        let filled = parts.filled.map(|(_, filled)| filled).unwrap_or_default();
        envelope::request(
            &self.third.values,
            operation,
            &self.address,
            parts.message_id,
            header,
            filled,
        )
    }
}

impl Sink for SoapCall {
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard> {
        Box::pin(async move {
            let operation = self.operation_for(outgoing.kind == Kind::Delete.word());
            let mut heard = match self.call(operation, &outgoing.message, outgoing).await {
                Ok((answer, text)) => {
                    let mut heard = Heard::well(self.answers.judge(&answer, &outgoing.message_id));
                    heard.answer = self.keep.text(&text);
                    heard
                }
                Err(heard) => *heard,
            };
            heard.request = self.keep.text(&outgoing.message);
            heard
        })
    }

    fn look_up<'a>(&'a self, outgoing: &'a Outgoing) -> Option<Pending<'a, Found>> {
        let look_up = self.look_up.as_ref()?;
        Some(Box::pin(async move {
            let request = match self.ask(look_up, outgoing) {
                Ok(request) => request,
                Err(reason) => return Found::Unknown { reason },
            };
            match self.call(&look_up.operation, &request, outgoing).await {
                Ok((answer, _)) => answer::found(
                    &look_up.found,
                    look_up.reference.as_ref(),
                    &answer,
                    &outgoing.message_id,
                ),
                Err(heard) => Found::Unknown {
                    reason: heard.outcome.reason().unwrap_or("no answer").to_owned(),
                },
            }
        }))
    }
}

impl SoapCall {
    fn operation_for(&self, delete: bool) -> &Operation {
        self.delete
            .as_ref()
            .filter(|_| delete)
            .unwrap_or(&self.operation)
    }

    /// Makes the request that asks for a message.
    fn ask(&self, look_up: &LookUp, outgoing: &Outgoing) -> Result<String, String> {
        let values = &self.third.values;
        let sent = self.operation_for(outgoing.kind == Kind::Delete.word());
        let request = match envelope::answer(
            values,
            Some(&sent.request),
            outgoing.message.as_bytes(),
            Some("utf-8"),
        )? {
            Said::Answer(fields) => fields,
            Said::Fault(_) => Json::Null,
        };
        let key: Json = serde_json::from_str(&outgoing.key).unwrap_or(Json::Null);
        let scope = Scope::new(&[
            ("message_id", &outgoing.message_id.as_str().into()),
            ("key", &key),
            ("kind", &outgoing.kind.as_str().into()),
            ("request", &request),
        ]);
        let filled = look_up
            .map
            .as_ref()
            .map(|map| map.fill(&scope))
            .transpose()?
            .unwrap_or_default();
        envelope::request(
            values,
            &look_up.operation,
            &self.address,
            &outgoing.message_id,
            &[],
            &filled,
        )
    }

    /// Sends an envelope and understands what comes back, or tells why not.
    async fn call(
        &self,
        operation: &Operation,
        message: &str,
        outgoing: &Outgoing,
    ) -> Result<(Answer, String), Box<Heard>> {
        let mut secrets = self.secret_header.clone();
        if let Some(token) = &self.token {
            secrets.push_str(&self.security(token));
        }
        let body = match secrets.is_empty() {
            true => message.to_owned(),
            false => envelope::with_header(operation.version, message, &secrets),
        };
        let content_type = match operation.version {
            Version::Soap11 => Version::Soap11.content_type().to_owned(),
            Version::Soap12 if operation.action.is_empty() => {
                Version::Soap12.content_type().to_owned()
            }
            Version::Soap12 => format!(
                "{}; action=\"{}\"",
                Version::Soap12.content_type(),
                operation.action
            ),
        };
        let mut request = Request::post(&self.address, &content_type, body);
        request.credentials.clone_from(&self.credentials);
        if operation.version == Version::Soap11 {
            request = request.with_header(
                HeaderName::from_static("soapaction"),
                &format!("\"{}\"", operation.action),
            );
        }
        request = request
            .with_header(
                HeaderName::from_static("idempotency-key"),
                &outgoing.message_id,
            )
            .with_header(
                HeaderName::from_static("x-correlation-id"),
                &outgoing.correlation,
            );
        let answered = self
            .client
            .send(request)
            .await
            .map_err(|error| Box::new(unheard(&error)))?;
        let status = answered.status.as_u16();
        let text = String::from_utf8_lossy(&answered.body).into_owned();
        let with_text = |mut heard: Heard| {
            heard.answer = Some(self.keep.cut(&text));
            Box::new(heard)
        };
        if status == 503 {
            return Err(with_text(
                by_status(&answered).unwrap_or_else(|| Heard::sick(unsaid(status))),
            ));
        }
        let after = answered
            .retry_after(std::time::SystemTime::now())
            .map(|wait| i64::try_from(wait.as_millis()).unwrap_or(0));
        let one_way =
            operation.answer.is_none() && answered.body.is_empty() && answered.status.is_success();
        let charset = answered.header(header::CONTENT_TYPE).map(MediaType::parse);
        let charset = charset
            .as_ref()
            .and_then(|media| media.parameter("charset"));
        let said = match one_way {
            true => Ok(Said::Answer(Json::Object(serde_json::Map::new()))),
            false => envelope::answer(
                &self.third.values,
                operation.answer.as_ref(),
                &answered.body,
                charset,
            ),
        };
        match said {
            Ok(Said::Fault(fault)) => Ok((
                Answer {
                    status,
                    fields: Json::Null,
                    fault,
                    after,
                },
                text,
            )),
            Ok(Said::Answer(fields)) if answered.status.is_success() => Ok((
                Answer {
                    status,
                    fields,
                    fault: Json::Null,
                    after,
                },
                text,
            )),
            Ok(Said::Answer(_)) => Err(with_text(
                by_status(&answered).unwrap_or_else(|| Heard::sick(unsaid(status))),
            )),
            // Nobody knows what was done about a request whose answer makes no sense.
            Err(reason) => Err(with_text(by_status(&answered).unwrap_or_else(|| {
                Heard::sick(Outcome::Ambiguous {
                    reason: format!("the answer ({status}) is not understood: {reason}"),
                })
            }))),
        }
    }

    fn security(&self, token: &UsernameToken) -> String {
        let nonce: Vec<u8> = (0..16)
            .map(|_| u8::try_from((self.ambient.below)(256)).unwrap_or(0))
            .collect();
        let created = jiff::Timestamp::from_millisecond((self.ambient.now)())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        token.header(&nonce, &created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }
}

fn unsaid(status: u16) -> Outcome {
    Outcome::Ambiguous {
        reason: format!("the destination answered {status} and nothing more"),
    }
}
