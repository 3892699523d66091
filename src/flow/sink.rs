//! Where messages go: a webhook, or a third party's SOAP operation. What both know of HTTP: what a status means, and what is kept.

pub mod contract;
pub mod envelope;
pub mod security;
pub mod soap;
pub mod webhook;

use std::time::{Duration, SystemTime};

use soapstone::http::{Answer, ClientOptions, SendError};

use super::outcome::{Heard, Outcome};

/// The times that one exchange may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// To connect.
    pub connect: Duration,
    /// To the answer's first byte.
    pub first_byte: Duration,
    /// To the answer's end.
    pub whole: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(60),
            whole: Duration::from_secs(120),
        }
    }
}

impl Times {
    /// A client's options with these times.
    pub fn options(self) -> ClientOptions {
        ClientOptions {
            connect_time: self.connect,
            first_byte_time: self.first_byte,
            whole_time: self.whole,
            body_limit: 16 << 20,
            idle_connections: 64,
            ..ClientOptions::default()
        }
    }
}

/// What of messages is kept with attempts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep {
    /// Requests and answers are kept.
    pub messages: bool,
    /// Characters of each at most.
    pub characters: usize,
    /// Local names of elements and fields whose content is not kept.
    pub redact: Vec<String>,
}

impl Keep {
    /// What is kept of a message.
    pub fn text(&self, message: &str) -> Option<String> {
        self.messages.then(|| self.cut(message))
    }

    /// A message without its secrets, cut to the limit.
    pub fn cut(&self, message: &str) -> String {
        let mut text = message.to_owned();
        for name in &self.redact {
            text = redact(&text, name);
        }
        match text.char_indices().nth(self.characters.max(200)) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }
}

/// Blanks the content of an XML element of a local name, and of a JSON field of that name.
fn redact(text: &str, name: &str) -> String {
    let quoted = regex::escape(name);
    let element =
        format!(r"(?s)(<(?:[\w.-]+:)?{quoted}(?:\s[^<>]*)?>).*?(</(?:[\w.-]+:)?{quoted}\s*>)");
    let field = format!(r#"("{quoted}"\s*:\s*)("(?:[^"\\]|\\.)*"|[^,}}\]\s]+)"#);
    let text = match regex::Regex::new(&element) {
        Ok(element) => element.replace_all(text, "$1***$2").into_owned(),
        Err(_) => return "***".to_owned(),
    };
    match regex::Regex::new(&field) {
        Ok(field) => field.replace_all(&text, "$1\"***\"").into_owned(),
        Err(_) => "***".to_owned(),
    }
}

/// What a request came to of which nothing was heard.
pub(crate) fn unheard(error: &SendError) -> Heard {
    match error {
        SendError::NotSent { reason } => Heard::sick(Outcome::Unsent {
            reason: reason.clone(),
        }),
        SendError::Unknown { .. } | SendError::Answered { .. } => Heard::sick(Outcome::Ambiguous {
            reason: error.to_string(),
        }),
    }
}

/// What a status says by itself, before anyone looks at the body; absent for one that leaves it to the body.
pub(crate) fn by_status(answer: &Answer) -> Option<Heard> {
    let status = answer.status.as_u16();
    let after = answer
        .retry_after(SystemTime::now())
        .map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    let reason = format!("the destination answered {status}");
    match status {
        408 | 425 | 429 => Some(Heard::well(Outcome::Later { reason, after })),
        503 => Some(Heard::sick(Outcome::Later { reason, after })),
        // Someone in between gave up waiting; the destination may have done it.
        502 | 504 => Some(Heard::sick(Outcome::Ambiguous { reason })),
        300..=499 => Some(Heard::well(Outcome::Refused { reason })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        let keep = Keep {
            messages: true,
            characters: 1000,
            redact: vec!["password".to_owned(), "iban".to_owned()],
        };
        assert_eq!(
            keep.text(r#"<a:password x="1">se<b/>cret</a:password><n>1</n>{"iban": "PL\"1", "password":12}"#).as_deref(),
            Some(r#"<a:password x="1">***</a:password><n>1</n>{"iban": "***", "password":"***"}"#)
        );
        assert_eq!(Keep::default().text("x"), None);
        assert_eq!(
            Keep {
                messages: true,
                ..Keep::default()
            }
            .text(&"ł".repeat(300))
            .map(|text| text.chars().count()),
            Some(201)
        );
    }
}
