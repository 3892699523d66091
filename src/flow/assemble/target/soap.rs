//! A third party's operation as a sink: found in its contract, its map held against its schema, its credentials read.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value as Json;
use sha2::Digest as _;
use toml::Spanned;

use crate::flow::answer::{self, Answers};
use crate::flow::carry::Render;
use crate::flow::expression::{Names, Scope, Shape};
use crate::flow::mapping::{Content, Filled, Mistake, Node};
use crate::flow::sink::contract::targets::Found;
use crate::flow::sink::contract::{Operation, ThirdParty};
use crate::flow::sink::envelope;
use crate::flow::sink::security::UsernameToken;
use crate::flow::sink::soap::{LOOK_UP_NAMES, LookUp, SoapCall};

use super::super::node;
use super::{Given, Target};

/// Makes the sink of a third party's operation.
pub(super) fn call(
    given: &mut Given<'_>,
    wsdl: &Spanned<String>,
    answers: Answers,
) -> Option<Target> {
    let (at, written, ground) = (wsdl.span(), given.written, given.ground);
    let third = match ThirdParty::load(wsdl.get_ref(), ground.folder) {
        Ok(third) => third,
        Err(lines) => {
            lines.into_iter().for_each(|line| given.wrong(&at, line));
            return None;
        }
    };
    given.mark.update(&third.digest);
    let Some(name) = &written.sink.operation else {
        given.wrong(
            &at,
            "`operation` is missing: which operation of the contract takes the records?",
        );
        return None;
    };
    let operation = given.operation(&third, name);
    let delete = written
        .delete
        .as_ref()
        .and_then(|delete| delete.operation.as_ref())
        .and_then(|name| given.operation(&third, name));
    let mut header = node(
        ground.catalog,
        &written.sink.header.0,
        given.names,
        &mut given.found.wrong,
    );
    let look_up = look_up(given, &third);
    let operation = operation?;
    let own = name.span();
    let map = given.map;
    given.take(
        operation.request.check(&third.values, ground.catalog, map),
        &own,
    );
    if let Some(map) = given.delete {
        let found = delete.as_ref().unwrap_or(&operation).request.check(
            &third.values,
            ground.catalog,
            Some(map),
        );
        given.take(found, &own);
    }
    let secret_header = secret_header(given, &third, &operation, header.as_mut(), &at);
    if let Some(header) = &header {
        given.take(
            operation.check_headers(&third.values, ground.catalog, header),
            &own,
        );
    }
    let told = written.sink.address.clone();
    let address = told.unwrap_or_else(|| operation.address.clone());
    if !address.starts_with("http://") && !address.starts_with("https://") {
        given.wrong(
            &at,
            format!("the contract's address `{address}` is no URL: set `address`"),
        );
    }
    let look_up_after = written
        .look_up
        .as_ref()
        .map(|look_up| (look_up.after_seconds.clamp(0.0, 86_400.0) * 1000.0) as i64);
    let call = Arc::new(SoapCall {
        delete,
        look_up,
        header,
        secret_header,
        answers,
        credentials: given.http_credentials(&at),
        token: token(given, &at),
        keep: given.keep(),
        client: given.client(&at)?,
        ambient: ground.ambient.clone(),
        third,
        operation,
        address: address.clone(),
    });
    Some(Target {
        destination: written.sink.destination.clone().unwrap_or(address),
        render: Arc::clone(&call) as Arc<dyn Render>,
        sink: call,
        idempotent: false,
        look_up_after,
    })
}

impl Given<'_> {
    fn operation(&mut self, third: &ThirdParty, name: &Spanned<String>) -> Option<Operation> {
        let port = self.written.sink.port.as_ref();
        let port = port.map(|port| port.get_ref().as_str());
        match third.operation(port, name.get_ref()) {
            Ok(operation) => Some(operation),
            Err(reason) => {
                self.wrong(&name.span(), reason);
                None
            }
        }
    }

    /// Takes over what was found; mistakes about what is not written stand where the operation is named.
    fn take(&mut self, found: Found, at: &Range<usize>) {
        let placed = |mistakes: Vec<Mistake>| -> Vec<Mistake> {
            let place = |(own, message): Mistake| match own.end {
                0 => (at.clone(), message),
                _ => (own, message),
            };
            mistakes.into_iter().map(place).collect()
        };
        self.found.wrong.extend(placed(found.wrong));
        self.found.warnings.extend(placed(found.warnings));
    }
}

fn look_up(given: &mut Given<'_>, third: &ThirdParty) -> Option<LookUp> {
    let (written, ground) = (given.written, given.ground);
    let told = written.look_up.as_ref()?;
    let operation = given.operation(third, &told.operation)?;
    let names: Names = LOOK_UP_NAMES
        .iter()
        .map(|name| ((*name).to_owned(), Shape::Any))
        .collect();
    let map = node(ground.catalog, &told.map.0, &names, &mut given.found.wrong);
    let found = operation
        .request
        .check(&third.values, ground.catalog, map.as_ref());
    given.take(found, &told.operation.span());
    Some(LookUp {
        operation,
        map,
        found: answer::compile(Some(&told.found), &mut given.found.wrong)?,
        reference: answer::compile(told.reference.as_ref(), &mut given.found.wrong),
    })
}

fn token(given: &mut Given<'_>, at: &Range<usize>) -> Option<UsernameToken> {
    let told = &given.written.sink.credentials;
    let digest = told.username_digest.as_ref().map(|login| (login, true));
    let (login, digest) = digest.or(told.username_token.as_ref().map(|login| (login, false)))?;
    let password = given.secret(Some(&login.password), at)?;
    Some(UsernameToken {
        user: login.user.clone(),
        password,
        digest,
    })
}

/// The header blocks with secrets among their fields: they are put in as a message is sent, and are kept nowhere. What the map has
/// for them is taken from it; it can't depend on the record, which is not at hand by then.
fn secret_header(
    given: &mut Given<'_>,
    third: &ThirdParty,
    operation: &Operation,
    header: Option<&mut Node>,
    at: &Range<usize>,
) -> String {
    let mut blocks: Vec<Filled> = Vec::new();
    let told = &given.written.sink.credentials.header;
    let secret = |name: &str| told.keys().any(|path| path.split('/').next() == Some(name));
    if let Some(header) = header {
        let (taken, left): (Vec<Node>, Vec<Node>) = std::mem::take(&mut header.children)
            .into_iter()
            .partition(|block| secret(&block.name));
        header.children = left;
        for block in &taken {
            let mistake = block.first_computed().map(|at| {
                let name = &block.name;
                (at, format!("`{name}` has secrets in [sink.credentials.header]: its other fields are constants"))
            });
            given.found.wrong.extend(mistake);
        }
        let constants = Node {
            children: taken,
            ..Node::default()
        };
        blocks.extend(constants.fill(&Scope::new(&[])).unwrap_or_default());
    }
    for (path, secret) in &given.written.sink.credentials.header {
        if let Some(secret) = given.secret(Some(secret), at) {
            let steps: Vec<&str> = path.split('/').collect();
            put(&mut blocks, &steps, secret);
        }
    }
    envelope::header_blocks(&third.values, operation, &blocks).unwrap_or_else(|reason| {
        // The reason may quote a value.
        let reason = reason.split(": ").next().unwrap_or_default();
        given.wrong(
            at,
            format!("[sink.credentials.header] does not fit: {reason}"),
        );
        String::new()
    })
}

fn put(into: &mut Vec<Filled>, steps: &[&str], secret: String) {
    let Some((step, rest)) = steps.split_first() else {
        return;
    };
    let (name, attribute) = step
        .strip_prefix('@')
        .map_or((*step, false), |name| (name, true));
    if rest.is_empty() {
        into.push(Filled {
            name: name.to_owned(),
            attribute,
            content: Content::Value(Json::String(secret)),
        });
        return;
    }
    let known = into.iter().position(|one| one.name == name);
    let index = known.unwrap_or(into.len());
    if known.is_none() {
        into.push(Filled {
            name: name.to_owned(),
            attribute,
            content: Content::Children(Vec::new()),
        });
    }
    if let Some(Filled {
        content: Content::Children(children),
        ..
    }) = into.get_mut(index)
    {
        put(children, rest, secret);
    }
}
