//! A webhook: a signed POST of JSON. The receiver checks `Soapstone-Signature: t=<seconds>,v1=<hex>`, where the hexadecimal digits are
//! HMAC-SHA256, under the shared secret, of the seconds, a dot and the body.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value as Json;
use sha2::Sha256;
use soapstone::http::{Client, Credentials, Outgoing as Request};

use crate::flow::answer::{Answer, Answers};
use crate::flow::outcome::{Found, Heard, Outcome};
use crate::flow::{Ambient, Outgoing, Pending, Sink};

use super::{Keep, by_status, unheard};

/// A webhook.
pub struct Webhook {
    /// The address.
    pub url: String,
    /// What signs the body; without it, it is not signed.
    pub secret: Option<String>,
    /// What is shown in `Authorization`.
    pub credentials: Option<Credentials>,
    /// What answers mean.
    pub answers: Answers,
    /// What of messages is kept.
    pub keep: Keep,
    /// Sends.
    pub client: Client,
    /// The clock, for the signature.
    pub ambient: Ambient,
}

impl Sink for Webhook {
    fn send<'a>(&'a self, outgoing: &'a Outgoing) -> Pending<'a, Heard> {
        Box::pin(self.post(outgoing))
    }

    fn look_up<'a>(&'a self, _outgoing: &'a Outgoing) -> Option<Pending<'a, Found>> {
        None
    }
}

impl Webhook {
    async fn post(&self, outgoing: &Outgoing) -> Heard {
        let mut request = Request::post(&self.url, "application/json", outgoing.message.clone());
        request.credentials.clone_from(&self.credentials);
        let mut headers = vec![
            ("idempotency-key", outgoing.message_id.clone()),
            ("soapstone-correlation", outgoing.correlation.clone()),
            ("soapstone-kind", outgoing.kind.clone()),
            ("soapstone-attempt", outgoing.attempt.to_string()),
        ];
        if let Some(secret) = &self.secret {
            headers.push((
                "soapstone-signature",
                sign(secret, (self.ambient.now)() / 1000, &outgoing.message),
            ));
        }
        for (name, value) in headers {
            request = request.with_header(hyper::header::HeaderName::from_static(name), &value);
        }
        let mut heard = match self.client.send(request).await {
            Err(error) => unheard(&error),
            Ok(answered) => {
                let text = String::from_utf8_lossy(&answered.body).into_owned();
                let mut heard = by_status(&answered).unwrap_or_else(|| {
                    let status = answered.status.as_u16();
                    let fields: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
                    if status >= 500 {
                        let reason = format!("the destination answered {status}");
                        return Heard::sick(Outcome::Later {
                            reason,
                            after: None,
                        });
                    }
                    let answer = Answer {
                        status,
                        fields,
                        fault: Json::Null,
                        after: None,
                    };
                    Heard::well(self.answers.judge(&answer, &outgoing.message_id))
                });
                let understood = matches!(heard.outcome, Outcome::Taken { .. });
                heard.answer = if understood {
                    self.keep.text(&text)
                } else {
                    Some(self.keep.cut(&text))
                };
                heard
            }
        };
        heard.request = self.keep.text(&outgoing.message);
        heard
    }
}

/// The signature's header.
pub fn sign(secret: &str, seconds: i64, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    let digits: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={seconds},v1={digits}")
}

/// Makes the message of a record where the flow has no map: all of it.
pub fn whole(kind: &str, table: &str, key: &str, record: &Json, message_id: &str) -> String {
    let key: Json = serde_json::from_str(key).unwrap_or(Json::Null);
    serde_json::json!({ "id": message_id, "kind": kind, "table": table, "key": key, "record": record }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_what_the_receiver_computes() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac secret
        assert_eq!(
            sign("secret", 1_700_000_000, r#"{"a":1}"#),
            "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
        );
    }
}
