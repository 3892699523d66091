//! What a document says, read by us and by quick-xml, to be compared.

use quick_xml::XmlVersion;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::Event as Quick;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use soapstone::xml::{Event, Options, Reader};

/// What an event says, adjacent text joined.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    Start(String, Vec<(String, String)>),
    End,
    Text(String),
}

pub(crate) fn expanded(namespace: &str, local: &str) -> String {
    format!("{{{namespace}}}{local}")
}

pub(crate) fn ours(text: &str) -> Result<Vec<Said>, String> {
    let mut reader = Reader::new(
        text,
        &Options {
            instructions: soapstone::xml::Instructions::Skip,
            ..Options::message()
        },
    );
    let mut said = Vec::new();
    while step(&mut reader, &mut said)? {}
    Ok(said)
}

/// Reads one event; tells whether there may be another.
pub(crate) fn step(reader: &mut Reader<'_>, said: &mut Vec<Said>) -> Result<bool, String> {
    match reader.next().map_err(|error| error.to_string())? {
        Event::Start(tag) => {
            let mut attributes: Vec<_> = reader
                .attributes()
                .iter()
                .map(|a| {
                    (
                        expanded(reader.namespace(a.ns), a.local),
                        a.value.clone().into_owned(),
                    )
                })
                .collect();
            attributes.sort();
            said.push(Said::Start(
                expanded(reader.namespace(tag.ns), tag.local),
                attributes,
            ));
        }
        Event::End(_) => said.push(Said::End),
        Event::Text(text) => said.push(Said::Text(text.into_owned())),
        Event::Eof => return Ok(false),
    }
    Ok(true)
}

pub(crate) fn append(said: &mut Vec<Said>, depth: usize, text: &str) {
    if depth == 0 || text.is_empty() {
        return;
    }
    match said.last_mut() {
        Some(Said::Text(last)) => last.push_str(text),
        _ => said.push(Said::Text(text.to_owned())),
    }
}

pub(crate) fn resolved(result: ResolveResult<'_>) -> Result<String, String> {
    match result {
        // It leaves namespace names as they are written.
        ResolveResult::Bound(namespace) => {
            let name = namespace
                .0
                .replace("\r\n", " ")
                .replace(['\t', '\n', '\r'], " ");
            unescape(&name)
                .map(Into::into)
                .map_err(|error| error.to_string())
        }
        ResolveResult::Unbound => Ok(String::new()),
        ResolveResult::Unknown(prefix) => Err(format!("unbound {prefix:?}")),
    }
}

pub(crate) fn quick(text: &str) -> Result<Vec<Said>, String> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut said = Vec::new();
    let mut depth = 0usize;
    loop {
        let (result, event) = reader
            .read_resolved_event()
            .map_err(|error| error.to_string())?;
        let namespace = resolved(result);
        match event {
            Quick::Start(ref tag) | Quick::Empty(ref tag) => {
                let mut attributes = Vec::new();
                for attribute in tag.attributes() {
                    let attribute = attribute.map_err(|error| error.to_string())?;
                    if attribute.key.as_namespace_binding().is_some() {
                        continue;
                    }
                    let (result, local) = reader.resolver().resolve_attribute(attribute.key);
                    let value = attribute
                        .normalized_value(XmlVersion::Implicit1_0)
                        .map_err(|error| error.to_string())?;
                    attributes.push((
                        expanded(&resolved(result)?, local.as_ref()),
                        value.into_owned(),
                    ));
                }
                attributes.sort();
                said.push(Said::Start(
                    expanded(&namespace?, tag.local_name().as_ref()),
                    attributes,
                ));
                match event {
                    Quick::Start(_) => depth += 1,
                    _ => said.push(Said::End),
                }
            }
            Quick::End(_) => {
                depth = depth.saturating_sub(1);
                said.push(Said::End);
            }
            Quick::Text(text) => append(&mut said, depth, &text.xml10_content()),
            Quick::CData(text) => append(&mut said, depth, &text.xml10_content()),
            Quick::GeneralRef(reference) => {
                let character = reference
                    .resolve_char_ref()
                    .map_err(|error| error.to_string())?;
                match character {
                    Some(character) => append(&mut said, depth, &character.to_string()),
                    None => append(
                        &mut said,
                        depth,
                        resolve_predefined_entity(&reference).ok_or("entity")?,
                    ),
                }
            }
            Quick::Eof if depth > 0 => return Err("open elements".to_owned()),
            Quick::Eof => return Ok(said),
            Quick::DocType(_) => return Err("document type".to_owned()),
            Quick::Comment(_) | Quick::PI(_) | Quick::Decl(_) => {}
        }
    }
}

pub(crate) fn drop_space(said: Vec<Said>) -> Vec<Said> {
    said.into_iter()
        .filter(|said| !matches!(said, Said::Text(text) if text.trim_ascii().is_empty()))
        .collect()
}
