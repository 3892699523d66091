//! What a destination's answer means, by the flow's conditions and, where it has none, by what the protocols say.

use serde_json::Value as Json;

use super::expression::{Expression, Names, Scope, Shape};
use super::mapping::Mistake;
use super::outcome::{Found, Outcome};

/// The flow's conditions, in the order in which they are asked: duplicate, refused, later, success.
#[derive(Debug, Default)]
pub struct Answers {
    /// It has been taken.
    pub success: Option<Expression>,
    /// It had been taken before.
    pub duplicate: Option<Expression>,
    /// It is refused for good.
    pub refused: Option<Expression>,
    /// It may be taken later.
    pub later: Option<Expression>,
    /// What the destination calls it.
    pub reference: Option<Expression>,
}

/// An answer that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The answer's fields; null for a fault.
    pub fields: Json,
    /// `code`, `subcode`, `message`, `detail`, `actor`; null where it is no fault.
    pub fault: Json,
    /// Milliseconds that the destination asks to wait.
    pub after: Option<i64>,
}

/// The names that conditions over an answer may use.
pub fn names() -> Names {
    let fault = Shape::Keys(
        ["code", "subcode", "message", "detail", "actor"]
            .map(str::to_owned)
            .to_vec(),
    );
    vec![
        ("answer".to_owned(), Shape::Any),
        ("fault".to_owned(), fault),
        ("status".to_owned(), Shape::Scalar),
        ("message_id".to_owned(), Shape::Scalar),
    ]
}

fn scope(answer: &Answer, message_id: &str) -> Scope<'static, 'static> {
    Scope::new(&[
        ("answer", &answer.fields),
        ("fault", &answer.fault),
        ("status", &answer.status.into()),
        ("message_id", &message_id.into()),
    ])
}

impl Answers {
    /// Says what an answer means.
    pub fn judge(&self, answer: &Answer, message_id: &str) -> Outcome {
        let scope = scope(answer, message_id);
        // A condition that can't be computed (a field that is not in this answer) does not hold.
        let holds = |condition: &Option<Expression>| {
            condition
                .as_ref()
                .is_some_and(|condition| condition.holds(&scope).unwrap_or(false))
        };
        let reason = || match answer.fault.get("message").and_then(Json::as_str) {
            Some(message) => {
                let code = answer
                    .fault
                    .get("code")
                    .and_then(Json::as_str)
                    .unwrap_or_default();
                let detail = match answer.fault.get("detail") {
                    None | Some(Json::Null) => String::new(),
                    Some(detail) => format!(" {}", brief(&detail.to_string())),
                };
                format!("{code}: {}{detail}", brief(message))
            }
            None => format!(
                "status {}: {}",
                answer.status,
                brief(&answer.fields.to_string())
            ),
        };
        let taken = |duplicate| Outcome::Taken {
            reference: self
                .reference
                .as_ref()
                .and_then(|reference| text(reference.evaluate(&scope).ok()?)),
            answer: (!answer.fields.is_null()).then(|| answer.fields.to_string()),
            duplicate,
        };
        if holds(&self.duplicate) {
            taken(true)
        } else if holds(&self.refused) {
            Outcome::Refused { reason: reason() }
        } else if holds(&self.later) {
            Outcome::Later {
                reason: reason(),
                after: answer.after,
            }
        } else if !answer.fault.is_null() {
            // SOAP 1.1, 4.4.1 and SOAP 1.2 part 1, 5.4.6: the sender's fault does not mend itself.
            let code = answer
                .fault
                .get("code")
                .and_then(Json::as_str)
                .unwrap_or_default();
            let sender = code.starts_with("Client")
                || code.starts_with("Sender")
                || code.starts_with("MustUnderstand");
            match (&self.refused, sender) {
                (None, true) => Outcome::Refused { reason: reason() },
                _ => Outcome::Later {
                    reason: reason(),
                    after: answer.after,
                },
            }
        } else if self.success.is_none() || holds(&self.success) {
            taken(false)
        } else {
            Outcome::Refused { reason: reason() }
        }
    }
}

/// What asking for a message came to: found, by the condition; not found otherwise, a fault that blames the sender included.
pub fn found(
    condition: &Expression,
    reference: Option<&Expression>,
    answer: &Answer,
    message_id: &str,
) -> Found {
    let scope = scope(answer, message_id);
    match condition.holds(&scope) {
        Ok(true) => Found::Yes {
            reference: reference.and_then(|reference| text(reference.evaluate(&scope).ok()?)),
            answer: (!answer.fields.is_null()).then(|| answer.fields.to_string()),
        },
        Ok(false) => Found::No,
        // The answer has not the field that the condition asks for. An answer that says "none" often has no fields at all, but a
        // fault of the server says nothing.
        Err(reason) => match answer.fault.get("code").and_then(Json::as_str) {
            Some(code) if !code.starts_with("Client") && !code.starts_with("Sender") => {
                Found::Unknown { reason }
            }
            _ => Found::No,
        },
    }
}

fn text(value: Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

fn brief(text: &str) -> String {
    text.chars().take(500).collect()
}

/// Compiles a condition.
///
/// # Errors
/// What the parser says, with the place.
pub fn compile(
    written: Option<&toml::Spanned<String>>,
    wrong: &mut Vec<Mistake>,
) -> Option<Expression> {
    let written = written?;
    Expression::compile(written.get_ref())
        .map_err(|reason| wrong.push((written.span(), reason)))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(answers: &Answers, status: u16, fields: Json, fault: Json) -> &'static str {
        answers
            .judge(
                &Answer {
                    status,
                    fields,
                    fault,
                    after: None,
                },
                "m1",
            )
            .class()
    }

    #[test]
    fn answers_mean_what_the_flow_or_the_protocol_says() {
        use serde_json::json;
        let plain = Answers::default();
        assert_eq!(class(&plain, 200, json!({"n": "1"}), Json::Null), "taken");
        assert_eq!(
            class(
                &plain,
                500,
                Json::Null,
                json!({"code": "Client", "message": "no"})
            ),
            "refused"
        );
        assert_eq!(
            class(
                &plain,
                500,
                Json::Null,
                json!({"code": "Server.Busy", "message": "no"})
            ),
            "later"
        );
        let compile = |text: &str| Some(Expression::compile(text).expect("compiles"));
        let told = Answers {
            success: compile("answer.status == 'OK'"),
            duplicate: compile("fault.detail.code == 'DUPLICATE'"),
            refused: compile("fault.code == 'Server' && fault.message.contains('credit')"),
            later: compile("answer.status == 'BUSY'"),
            reference: compile("answer.number"),
        };
        assert_eq!(
            class(
                &told,
                200,
                json!({"status": "OK", "number": "E1"}),
                Json::Null
            ),
            "taken"
        );
        assert_eq!(
            class(&told, 200, json!({"status": "BUSY"}), Json::Null),
            "later"
        );
        assert_eq!(
            class(&told, 200, json!({"status": "NO"}), Json::Null),
            "refused"
        );
        assert_eq!(
            class(
                &told,
                500,
                Json::Null,
                json!({"code": "Client", "message": "", "detail": {"code": "DUPLICATE"}})
            ),
            "duplicate"
        );
        assert_eq!(
            class(
                &told,
                500,
                Json::Null,
                json!({"code": "Server", "message": "no credit"})
            ),
            "refused"
        );
        assert_eq!(
            class(
                &told,
                500,
                Json::Null,
                json!({"code": "Server", "message": "sleepy"})
            ),
            "later"
        );
    }
}
