//! The SOAP header of a call: blocks as they were given, and WS-Security.

use soapstone::xml::{self, Event, Reader};

use super::{Arguments, Failure};
use crate::command::fetch::pair;
use crate::flow::sink::security::UsernameToken;

/// What goes into the header.
pub(super) fn blocks(arguments: &Arguments) -> Result<String, Failure> {
    let mut blocks = String::new();
    for given in &arguments.soap_header {
        let text = match given.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Failure::new(format!("{file}: {error}")))?,
            None => given.clone(),
        };
        // A file may begin with a declaration, which cannot stand in an envelope.
        let block = match text.trim_start().strip_prefix("<?xml") {
            Some(rest) => rest.split_once("?>").map_or("", |(_, rest)| rest),
            None => &text,
        };
        well_formed(block)?;
        blocks.push_str(block.trim());
    }
    let plain = arguments.username_token.as_ref().map(|pair| (pair, false));
    let digest = arguments.username_digest.as_ref().map(|pair| (pair, true));
    if let Some((given, digest)) = plain.or(digest) {
        let (user, password) = pair(given, "--username-token and --username-digest")?;
        let token = UsernameToken {
            user,
            password,
            digest,
        };
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(Failure::new)?;
        let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        blocks.push_str(&token.header(&nonce, &now.to_string()));
    }
    Ok(blocks)
}

fn well_formed(block: &str) -> Result<(), Failure> {
    let mut reader = Reader::new(block, &xml::Options::document());
    loop {
        match reader.next() {
            Ok(Event::Eof) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Failure::new(format!("--soap-header: {error}"))),
        }
    }
}
