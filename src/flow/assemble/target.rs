//! A flow's sink as written, made ready: what it calls, what it shows of itself, how it renders messages.

mod soap;

use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use soapstone::http::{Client, Credentials as HttpCredentials};
use toml::Spanned;

use crate::config::Secret;
use crate::flow::Sink;
use crate::flow::answer::Answers;
use crate::flow::carry::{Parts, Render};
use crate::flow::expression::Names;
use crate::flow::mapping::{Node, to_json};
use crate::flow::sink::contract::targets::Found;
use crate::flow::sink::webhook::{Webhook, whole};
use crate::flow::sink::{Keep, Times};
use crate::flow::written::Written;

use super::Ground;

/// A sink that is right.
pub(super) struct Target {
    pub(super) destination: String,
    pub(super) render: Arc<dyn Render>,
    pub(super) sink: Arc<dyn Sink>,
    pub(super) idempotent: bool,
    pub(super) look_up_after: Option<i64>,
}

/// What a sink is made of, and what is found on the way.
pub(super) struct Given<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) written: &'a Written,
    pub(super) times: Times,
    pub(super) map: Option<&'a Node>,
    pub(super) delete: Option<&'a Node>,
    pub(super) names: &'a Names,
    pub(super) found: Found,
    /// Over everything that was read for the sink: contract, secrets, certificates.
    pub(super) mark: Sha256,
}

/// Makes the sink.
pub(super) fn target(given: &mut Given<'_>, answers: Answers) -> Option<Target> {
    let written = given.written;
    match (&written.sink.webhook, &written.sink.wsdl) {
        (Some(url), None) => webhook(given, url, answers),
        (None, Some(wsdl)) => soap::call(given, wsdl, answers),
        _ => {
            given.wrong(
                &(0..0),
                "[sink] names either a `webhook` or a `wsdl` with its `operation`",
            );
            None
        }
    }
}

impl Given<'_> {
    fn wrong(&mut self, at: &Range<usize>, message: impl Into<String>) {
        self.found.wrong.push((at.clone(), message.into()));
    }

    /// Reads a secret of the sink; what keeps it from being read is told at `at`.
    fn secret(&mut self, secret: Option<&Secret>, at: &Range<usize>) -> Option<String> {
        match secret?.read(self.ground.folder) {
            Ok(secret) => {
                self.mark.update(&secret);
                Some(secret)
            }
            Err(error) => {
                let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
                self.wrong(at, format!("{error}{}", cause.unwrap_or_default()));
                None
            }
        }
    }

    fn http_credentials(&mut self, at: &Range<usize>) -> Option<HttpCredentials> {
        let told = &self.written.sink.credentials;
        if let Some(login) = &told.basic {
            let password = self.secret(Some(&login.password), at)?;
            return Some(HttpCredentials::Basic {
                user: login.user.clone(),
                password,
            });
        }
        self.secret(told.bearer.as_ref(), at)
            .map(HttpCredentials::Bearer)
    }

    fn client(&mut self, at: &Range<usize>) -> Option<Client> {
        let told = &self.written.sink.credentials;
        let folder = self.ground.folder;
        let mut options = self.times.options();
        options.tls.ca = told.trust.as_ref().map(|path| folder.join(path));
        options.tls.identity = told
            .certificate
            .as_ref()
            .zip(told.key.as_ref())
            .map(|(certificate, key)| (folder.join(certificate), folder.join(key)));
        for file in [&told.trust, &told.certificate, &told.key]
            .into_iter()
            .flatten()
        {
            // What can't be read is told below.
            self.mark
                .update(std::fs::read(folder.join(file)).unwrap_or_default());
        }
        match Client::new(options) {
            Ok(client) => Some(client),
            Err(error) => {
                self.wrong(at, error.to_string());
                None
            }
        }
    }

    fn keep(&self) -> Keep {
        let sink = &self.written.sink;
        Keep {
            messages: sink.keep_messages,
            characters: sink.keep_characters.unwrap_or(4000),
            redact: sink.redact.clone(),
        }
    }
}

fn webhook(given: &mut Given<'_>, url: &Spanned<String>, answers: Answers) -> Option<Target> {
    let (at, written) = (url.span(), given.written);
    if !url.get_ref().starts_with("http://") && !url.get_ref().starts_with("https://") {
        given.wrong(
            &at,
            format!("`{}` is not an http or https URL", url.get_ref()),
        );
    }
    if let Some(look_up) = &written.look_up {
        given.wrong(
            &look_up.operation.span(),
            "a webhook can't be asked: [look_up] is for SOAP operations",
        );
    }
    let client = given.client(&at)?;
    let destination = written.sink.destination.clone();
    Some(Target {
        destination: destination.unwrap_or_else(|| url.get_ref().clone()),
        render: Arc::new(JsonMessage {
            table: written.source.table.get_ref().clone(),
        }),
        sink: Arc::new(Webhook {
            url: url.get_ref().clone(),
            secret: given.secret(written.sink.secret.as_ref(), &at),
            credentials: given.http_credentials(&at),
            answers,
            keep: given.keep(),
            client,
            ambient: given.ground.ambient.clone(),
        }),
        // A receiver of webhooks is told the id, and knows by custom that a message may come again.
        idempotent: true,
        look_up_after: None,
    })
}

struct JsonMessage {
    table: String,
}

impl Render for JsonMessage {
    fn render(&self, parts: &Parts<'_>) -> Result<String, String> {
        Ok(match parts.filled {
            Some((map, filled)) => to_json(map, filled).to_string(),
            None => whole(
                parts.kind.word(),
                &self.table,
                parts.key,
                parts.record,
                parts.message_id,
            ),
        })
    }
}
