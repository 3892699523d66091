//! The contract's own documents, made ready to be shown by a service: references between them lead to the service, and
//! addresses wait to be filled in.

use std::collections::HashMap;
use std::fs;

use soapstone_schema::contract::Contract;

use crate::emit::File;

/// What stands in a document where the address of the service that shows it goes. Where that of a port goes stands its name too,
/// `{soapstone:address:OrdersSoap}`, and then what the contract says, for a port that is not served.
const ADDRESS: &str = "{soapstone:address}";

/// Reads the documents of a contract. One that cannot be read again is left out.
pub(crate) fn embed(contract: &Contract) -> Vec<File> {
    if contract.services.is_empty() {
        return Vec::new();
    }
    let paths: Vec<&str> = contract.model.documents.iter().map(|d| &**d).collect();
    let names: HashMap<String, String> = paths
        .iter()
        .enumerate()
        .map(|(i, p)| (normal(p), name(i, p)))
        .collect();
    let mut files = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        let Ok(bytes) = fs::read(path) else { continue };
        let Ok(text) = soapstone::xml::decode(&bytes, None) else {
            continue;
        };
        let text = rewrite(text.trim_start_matches('\u{feff}'), path, &names);
        files.push(File {
            path: format!("contract/{}", name(index, path)),
            text,
        });
    }
    files
}

/// A name that is unique in the contract and says nothing of the machine: its number and the file's own name.
fn name(index: usize, path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = file
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    if index == 0 {
        plain
    } else {
        format!("{index}-{plain}")
    }
}

/// Puts the service's address in the place of every reference to another document and of every port's address.
fn rewrite(text: &str, path: &str, names: &HashMap<String, String>) -> String {
    let folder = path
        .rsplit_once(['/', '\\'])
        .map_or("", |(folder, _)| folder);
    let mut out = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some(at) = rest.find("ocation") {
        let (before, after) = rest.split_at(at + "ocation".len());
        out.push_str(before);
        rest = after;
        let trimmed = after.trim_start();
        let Some(quoted) = trimmed.strip_prefix('=').map(str::trim_start) else {
            continue;
        };
        let Some(quote) = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            continue;
        };
        let Some((value, behind)) = quoted.get(1..).and_then(|v| v.split_once(quote)) else {
            continue;
        };
        let tag = before
            .rfind('<')
            .and_then(|start| before.get(start..))
            .unwrap_or_default();
        let element = tag
            .split(|c: char| c.is_whitespace())
            .next()
            .unwrap_or_default();
        let target = names
            .get(&normal(&format!("{folder}/{value}")))
            .or_else(|| names.get(&normal(value)));
        let replaced = if element.ends_with(":address") || element == "<address" {
            let here = text.len() - after.len();
            match port(text.get(..here).unwrap_or_default()) {
                Some(name) => format!("{{soapstone:address:{name}}}{value}"),
                None => ADDRESS.to_owned(),
            }
        } else if let Some(target) = target {
            format!("{ADDRESS}?doc={target}")
        } else {
            value.to_owned()
        };
        out.push('=');
        out.push(quote);
        out.push_str(&replaced);
        out.push(quote);
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The name of the last port that begins in a text.
fn port(text: &str) -> Option<&str> {
    let mut tags = text.rsplit('<');
    let tag = tags.find(|tag| {
        let name = tag.split(|c: char| c.is_whitespace()).next();
        let name = name.unwrap_or_default();
        name == "port" || name.ends_with(":port")
    })?;
    let (_, behind) = tag.split_once("name")?;
    let value = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next()?;
    value.get(1..)?.split(quote).next()
}

/// A path without `.` and `..` steps.
fn normal(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split(['/', '\\']) {
        match step {
            "." => {}
            "" if !steps.is_empty() => {}
            ".." if steps.last().is_some_and(|s| !s.is_empty() && *s != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_lead_to_the_service() {
        let names = HashMap::from([("/a/xsd/t.xsd".to_owned(), "1-t.xsd".to_owned())]);
        let text = r#"<xs:import schemaLocation="../xsd/t.xsd"/><soap:address location = 'http://x/'/><xs:import schemaLocation="http://o/o.xsd"/>"#;
        let expected = r#"<xs:import schemaLocation="{soapstone:address}?doc=1-t.xsd"/><soap:address location='{soapstone:address}'/><xs:import schemaLocation="http://o/o.xsd"/>"#;
        assert_eq!(rewrite(text, "/a/wsdl/s.wsdl", &names), expected);
    }

    #[test]
    fn a_port_keeps_its_name_and_its_address() {
        let text = r#"<w:port binding="b" name = 'A'><s:address location="http://x/{a}"/></w:port><port name="B"><w:documentation/><address location='y'/></port>"#;
        let expected = r#"<w:port binding="b" name = 'A'><s:address location="{soapstone:address:A}http://x/{a}"/></w:port><port name="B"><w:documentation/><address location='{soapstone:address:B}y'/></port>"#;
        assert_eq!(rewrite(text, "/a/s.wsdl", &HashMap::new()), expected);
    }
}
