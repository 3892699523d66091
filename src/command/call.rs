//! `soapstone call`: any service on earth by its WSDL, from the command line.

mod body;
mod fields;
mod header;

use std::io::{Read, Write};
use std::sync::Arc;

use clap::Args;
use serde_json::Value as Json;
use soapstone::http::{Client, HeaderName, Outgoing};
use soapstone::soap::{Version, read_envelope, read_fault, write_envelope};
use soapstone::xml::{self, Reader};
use soapstone_schema::contract::{Contract, OperationAt, SoapVersion};
use soapstone_schema::load::{LoadOptions, Source, load};
use soapstone_schema::validate::Validator;
use soapstone_schema::value::Values;

use crate::body::version;
use crate::config::nearest;

use super::fetch::{Access, Fetcher};
use super::{Failure, block_on, print};

/// Call an operation of any SOAP service by its WSDL, and print the answer as JSON.
#[derive(Debug, Args)]
#[command(
    after_help = "A field is name=value, or name:=JSON for null, arrays and objects; dots lead into elements, [n] picks one of several,
and @name is an attribute. Without an operation, the service's operations are listed.

Examples:
  soapstone call 'http://127.0.0.1:8080/soap/crm?wsdl' GetCompany id=1
  soapstone call 'http://127.0.0.1:8080/soap/crm?wsdl' QueryContact filter.last_name.startsWith=W pageSize=5
  soapstone call 'http://127.0.0.1:8080/soap/crm?wsdl' UpdateContact record.id=1 record.notes:=null
  soapstone call service.wsdl Order --json @order.json --address https://erp.example.com/orders --xml
  soapstone call service.wsdl Order id=1 --soap-header '<Session xmlns=\"urn:erp\">42</Session>' --username-token erp:secret

Exit status: 0 answered, 1 could not call, 2 answered by a fault."
)]
pub(super) struct Arguments {
    /// The address or file of the WSDL.
    #[arg(value_name = "WSDL")]
    wsdl: String,
    /// The operation.
    #[arg(value_name = "OPERATION")]
    operation: Option<String>,
    /// The request's fields.
    #[arg(value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// The request as JSON: a text, @FILE, or - for standard input; fields go over it.
    #[arg(long, value_name = "JSON")]
    json: Option<String>,
    /// Where to send it; by default where the WSDL says.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// The SOAP version: 1.1 or 1.2; by default that of the first port with the operation.
    #[arg(long, value_name = "VERSION", value_parser = ["1.1", "1.2"])]
    soap: Option<String>,
    /// The WSDL's port; by default the first with the operation.
    #[arg(long, value_name = "NAME")]
    port: Option<String>,
    /// A further HTTP header.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// A block of the SOAP header, as XML or @FILE.
    #[arg(long, value_name = "XML")]
    soap_header: Vec<String>,
    /// Sign in by WS-Security, with the password as text.
    #[arg(long, value_name = "NAME:PASSWORD")]
    username_token: Option<String>,
    /// Sign in by WS-Security, with a digest of the password.
    #[arg(long, value_name = "NAME:PASSWORD", conflicts_with = "username_token")]
    username_digest: Option<String>,
    #[command(flatten)]
    access: Access,
    /// Print the messages as they are on the wire.
    #[arg(long)]
    xml: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    block_on(call(arguments))
}

async fn call(arguments: &Arguments) -> Result<(), Failure> {
    let client = arguments.access.client()?;
    let contract = load_contract(arguments, &client)?;
    let Some(name) = &arguments.operation else {
        return list(&contract);
    };
    let bound = find(&contract, name, arguments)?;
    let values = Values::new(Arc::new(Validator::new(Arc::clone(&contract))));
    let version = version(bound.binding.soap);
    let json = given_json(arguments)?;
    let body = body::request(&values, &bound, version, json, &arguments.fields)?;
    let header = header::blocks(arguments)?;
    let mut message = String::new();
    write_envelope(version, &header, &mut message, |out| out.push_str(&body));
    let answer = send(arguments, &client, version, &bound, &message).await?;
    let text = xml::decode(&answer, None).map_err(|error| Failure::of(&error))?;
    if arguments.xml {
        print(&format!("{message}\n\n{text}\n"))?;
    }
    show(arguments, &values, &bound, &text)
}

fn load_contract(arguments: &Arguments, client: &Client) -> Result<Arc<Contract>, Failure> {
    let mut fetch = Fetcher::new(client, &arguments.access, &arguments.wsdl)?;
    let loaded = load(
        &[Source::Location(arguments.wsdl.clone())],
        &mut fetch,
        &LoadOptions::default(),
    );
    if loaded.contract.operations().next().is_none() {
        let lines: Vec<String> = loaded
            .report
            .diagnostics
            .iter()
            .map(|diagnostic| loaded.report.line(diagnostic))
            .collect();
        let why = match loaded.report.is_valid() {
            true => "no operation that is bound to SOAP",
            false => "the contract cannot be used",
        };
        return Err(Failure::new(format!(
            "{}: {why}\n{}",
            arguments.wsdl,
            lines.join("\n")
        )));
    }
    Ok(Arc::new(loaded.contract))
}

fn list(contract: &Contract) -> Result<(), Failure> {
    let mut text = String::new();
    let mut seen = std::collections::HashSet::new();
    for bound in contract.operations() {
        if seen.insert(&bound.operation.name) {
            text.push_str(&bound.operation.name);
            if let Some(line) = bound.operation.documentation.trim().lines().next() {
                text.push_str("  ");
                text.push_str(line);
            }
            text.push('\n');
        }
    }
    print(&text)
}

fn find<'c>(
    contract: &'c Contract,
    name: &str,
    arguments: &Arguments,
) -> Result<OperationAt<'c>, Failure> {
    let (soap, port) = (arguments.soap.as_deref(), arguments.port.as_deref());
    let fits = |bound: &OperationAt<'_>| {
        *bound.operation.name == *name
            && port.is_none_or(|port| bound.port == port)
            && soap.is_none_or(|soap| (soap == "1.1") == (bound.binding.soap == SoapVersion::V11))
    };
    if let Some(bound) = contract.operations().find(fits) {
        return Ok(bound);
    }
    let names: Vec<&str> = contract
        .operations()
        .map(|bound| &*bound.operation.name)
        .collect();
    if names.contains(&name) {
        let ports: Vec<String> = contract
            .operations()
            .filter(|bound| *bound.operation.name == *name)
            .map(|bound| match bound.binding.soap {
                SoapVersion::V11 => format!("{} (1.1)", bound.port),
                SoapVersion::V12 => format!("{} (1.2)", bound.port),
            })
            .collect();
        return Err(Failure::new(format!(
            "{name} is not at that port or of that SOAP version; it is at {}",
            ports.join(", ")
        )));
    }
    Err(Failure::new(match nearest(name, &names) {
        Some(near) => format!("the service has no operation {name}; did you mean {near}?"),
        None => format!("the service has no operation {name}; leave it out to see them"),
    }))
}

fn given_json(arguments: &Arguments) -> Result<Json, Failure> {
    let text = match arguments.json.as_deref() {
        None => return Ok(Json::Null),
        Some("-") => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(Failure::new)?;
            text
        }
        Some(given) => match given.strip_prefix('@') {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|error| Failure::new(format!("{file}: {error}")))?,
            None => given.to_owned(),
        },
    };
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("--json: {error}")))
}

async fn send(
    arguments: &Arguments,
    client: &Client,
    version: Version,
    bound: &OperationAt<'_>,
    message: &str,
) -> Result<Vec<u8>, Failure> {
    let address = arguments.address.as_deref().unwrap_or(bound.address);
    if address.is_empty() {
        return Err(Failure::new(
            "the WSDL does not say where it is called: say --address URL",
        ));
    }
    let action = &bound.bound.action;
    let mut outgoing = match version {
        Version::Soap11 => Outgoing::post(address, version.content_type(), message.to_owned())
            .with_header(
                HeaderName::from_static("soapaction"),
                &format!("\"{action}\""),
            ),
        Version::Soap12 => {
            let content_type = format!("{}; action=\"{action}\"", version.content_type());
            Outgoing::post(address, &content_type, message.to_owned())
        }
    };
    for header in &arguments.header {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Failure::new("--header is NAME: VALUE"))?;
        let name = name.trim().parse::<HeaderName>().map_err(Failure::new)?;
        outgoing = outgoing.with_header(name, value.trim());
    }
    if let Some(credentials) = arguments.access.credentials()? {
        outgoing = outgoing.with_credentials(credentials);
    }
    let answer = client
        .send(outgoing)
        .await
        .map_err(|error| Failure::new(format!("{address}: {error}")))?;
    let kind = answer.header("content-type").unwrap_or_default();
    if !kind.contains("xml") {
        let text = String::from_utf8_lossy(&answer.body)
            .chars()
            .take(500)
            .collect::<String>();
        return Err(Failure::new(format!(
            "{address} answered {} {kind}: {}",
            answer.status,
            text.trim()
        )));
    }
    Ok(answer.body.to_vec())
}

/// Prints the answer, unless it was printed as it is, or tells the fault.
fn show(
    arguments: &Arguments,
    values: &Values,
    bound: &OperationAt<'_>,
    text: &str,
) -> Result<(), Failure> {
    let mut reader = Reader::new(text, &xml::Options::document());
    let envelope = read_envelope(&mut reader).map_err(|error| Failure::of(&error))?;
    let Some(payload) = &envelope.payload else {
        return print("{}\n");
    };
    if payload.local == "Fault" && payload.namespace == envelope.version.namespace() {
        let fault =
            read_fault(&mut reader, envelope.version).map_err(|error| Failure::of(&error))?;
        let _ = writeln!(std::io::stderr(), "soapstone: fault {fault}");
        if let Some(detail) = fault.detail.as_ref().filter(|_| !arguments.xml) {
            print(&format!("{}\n", detail.content.trim()))?;
        }
        return Err(Failure {
            message: String::new(),
            status: 2,
        });
    }
    if arguments.xml {
        return Ok(());
    }
    match body::answer(values, bound, text, &mut reader) {
        Ok(json) => print_json(&json),
        Err(error) => mistaken(&error, text),
    }
}

fn print_json(json: &Json) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(json).map_err(Failure::new)?;
    print(&format!("{text}\n"))
}

/// Prints an answer as it is, with what is wrong with it.
fn mistaken(error: &str, text: &str) -> Result<(), Failure> {
    let _ = writeln!(
        std::io::stderr(),
        "soapstone: the answer is not what the WSDL says: {error}"
    );
    print(&format!("{text}\n"))
}
