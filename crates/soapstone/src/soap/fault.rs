//! Faults (SOAP 1.1, 4.4; SOAP 1.2 part 1, 5.4), written validly in either version. What is told to whom is the caller's.

use super::{Version, write_envelope};
use crate::name::QName;
use crate::xml::{Writer, escape_attribute, escape_text};

/// Who is to blame (SOAP 1.2 part 1, 5.4.6; the names are those of 1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// The envelope is of another version.
    VersionMismatch,
    /// A header block that must be understood is not.
    MustUnderstand,
    /// An encoding style is not supported; SOAP 1.1 has none such and says `Client`.
    DataEncodingUnknown,
    /// The message is wrong: sent again as it is, it fails again. `Client` in SOAP 1.1.
    Sender,
    /// It failed on this side, and may succeed later. `Server` in SOAP 1.1.
    Receiver,
    /// A code of the application's own, which SOAP 1.1 allows; written as a subcode of `Receiver` in SOAP 1.2.
    Other(QName),
}

/// A fault, received or to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Who is to blame.
    pub code: Code,
    /// Finer codes, outermost first. In SOAP 1.1 they stand behind dots (`Client.NoStock`) and are read there, but not written:
    /// WS-I Basic Profile 1.1, R1031.
    pub subcodes: Vec<QName>,
    /// What a person is told.
    pub reason: String,
    /// The language of the reason (RFC 5646).
    pub language: String,
    /// Which node failed: `faultactor` of SOAP 1.1, `Node` of SOAP 1.2.
    pub node: Option<String>,
    /// In which role it acted; SOAP 1.2 only.
    pub role: Option<String>,
    /// What a program is told.
    pub detail: Option<Detail>,
    /// The header blocks that were not understood: `NotUnderstood` blocks in SOAP 1.2.
    pub not_understood: Vec<QName>,
    /// Header blocks that travel with it, as XML that declares every prefix: what is wrong in a header is told in a header
    /// (SOAP 1.1, 4.4; WSDL 1.1, 3.7).
    pub headers: String,
}

/// The children of a fault's `detail`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Detail {
    /// Them as XML.
    pub content: String,
    /// The prefixes that it uses without binding them, with their namespaces.
    pub bindings: Vec<(String, String)>,
}

impl Detail {
    /// Makes a detail of XML that binds every prefix itself.
    pub fn new(content: impl Into<String>) -> Detail {
        Detail {
            content: content.into(),
            bindings: Vec::new(),
        }
    }

    /// The detail as a document whose root, `detail`, binds the prefixes.
    pub fn document(&self) -> String {
        let mut out = String::with_capacity(self.content.len() + 64);
        self.write("detail", &mut out);
        out
    }

    fn write(&self, name: &str, out: &mut String) {
        out.push('<');
        out.push_str(name);
        for (prefix, namespace) in &self.bindings {
            out.push_str(if prefix.is_empty() {
                " xmlns"
            } else {
                " xmlns:"
            });
            out.push_str(prefix);
            out.push_str("=\"");
            escape_attribute(namespace, out);
            out.push('"');
        }
        out.push('>');
        out.push_str(&self.content);
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
}

impl Fault {
    /// Makes a fault with a reason in English and nothing else.
    pub fn new(code: Code, reason: impl Into<String>) -> Fault {
        Fault {
            code,
            subcodes: Vec::new(),
            reason: reason.into(),
            language: "en".to_owned(),
            node: None,
            role: None,
            detail: None,
            not_understood: Vec::new(),
            headers: String::new(),
        }
    }

    /// Adds the detail.
    #[must_use]
    pub fn with_detail(mut self, detail: Detail) -> Fault {
        self.detail = Some(detail);
        self
    }

    /// The HTTP status that carries it: 500 in SOAP 1.1 (6.2); in SOAP 1.2 (part 2, 7.5.2.2) 400 where the sender is to blame.
    pub fn status(&self, version: Version) -> u16 {
        match (version, &self.code) {
            (Version::Soap12, Code::Sender) => 400,
            _ => 500,
        }
    }

    /// Writes the message that carries it, with further header blocks as XML (empty for none).
    pub fn write(&self, version: Version, headers: &str, out: &mut String) {
        let mut blocks = [headers, &self.headers].concat();
        self.write_headers(version, &mut blocks);
        write_envelope(version, &blocks, out, |out| match version {
            Version::Soap11 => self.write_11(out),
            Version::Soap12 => self.write_12(out),
        });
    }

    fn write_headers(&self, version: Version, out: &mut String) {
        // SOAP 1.2 part 1, 5.4.7 and appendix A: which versions there are, for either version of the answer.
        if self.code == Code::VersionMismatch {
            out.push_str(concat!(
                "<up:Upgrade xmlns:up=\"http://www.w3.org/2003/05/soap-envelope\">",
                "<up:SupportedEnvelope qname=\"s12:Envelope\" xmlns:s12=\"http://www.w3.org/2003/05/soap-envelope\"/>",
                "<up:SupportedEnvelope qname=\"s11:Envelope\" xmlns:s11=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
                "</up:Upgrade>"
            ));
        }
        // SOAP 1.2 part 1, 5.4.8.
        if version == Version::Soap12 {
            for name in &self.not_understood {
                let (prefix, binding) = bound(name);
                out.push_str("<soap:NotUnderstood qname=\"");
                out.push_str(prefix);
                escape_attribute(&name.local, out);
                out.push('"');
                out.push_str(&binding);
                out.push_str("/>");
            }
        }
    }

    /// The children of a SOAP 1.1 fault are in no namespace, and in this order (WS-I Basic Profile 1.1, R1000, R1001).
    fn write_11(&self, out: &mut String) {
        out.push_str("<soap:Fault><faultcode");
        match &self.code {
            Code::Other(name) => {
                let (prefix, binding) = bound(name);
                out.push_str(&binding);
                out.push('>');
                out.push_str(prefix);
                escape_text(&name.local, out);
            }
            code => {
                out.push_str(">soap:");
                out.push_str(match code {
                    Code::VersionMismatch => "VersionMismatch",
                    Code::MustUnderstand => "MustUnderstand",
                    Code::DataEncodingUnknown | Code::Sender => "Client",
                    Code::Receiver | Code::Other(_) => "Server",
                });
            }
        }
        out.push_str("</faultcode><faultstring xml:lang=\"");
        escape_attribute(&self.language, out);
        out.push_str("\">");
        escape_text(&self.reason, out);
        out.push_str("</faultstring>");
        if let Some(node) = &self.node {
            out.push_str("<faultactor>");
            escape_text(node, out);
            out.push_str("</faultactor>");
        }
        if let Some(detail) = &self.detail {
            detail.write("detail", out);
        }
        out.push_str("</soap:Fault>");
    }

    fn write_12(&self, out: &mut String) {
        let (code, own) = match &self.code {
            Code::VersionMismatch => ("soap:VersionMismatch", None),
            Code::MustUnderstand => ("soap:MustUnderstand", None),
            Code::DataEncodingUnknown => ("soap:DataEncodingUnknown", None),
            Code::Sender => ("soap:Sender", None),
            Code::Receiver => ("soap:Receiver", None),
            Code::Other(name) => ("soap:Receiver", Some(name)),
        };
        let mut writer = Writer::append_to(std::mem::take(out));
        writer.start("soap:Fault");
        writer.start("soap:Code");
        writer.element("soap:Value", code);
        let mut deep = 0;
        for name in own.into_iter().chain(&self.subcodes) {
            let (prefix, _) = bound(name);
            writer.start("soap:Subcode");
            writer.start("soap:Value");
            if !name.namespace.is_empty() {
                writer.attribute("xmlns:q", &name.namespace);
            }
            writer.text(prefix);
            writer.text(&name.local);
            writer.end();
            deep += 1;
        }
        (0..=deep).for_each(|_| writer.end());
        writer.start("soap:Reason");
        writer.start("soap:Text");
        writer.attribute("xml:lang", &self.language);
        writer.text(&self.reason);
        writer.end();
        writer.end();
        if let Some(node) = &self.node {
            writer.element("soap:Node", node);
        }
        if let Some(role) = &self.role {
            writer.element("soap:Role", role);
        }
        if let Some(detail) = &self.detail {
            detail.write("soap:Detail", writer.out());
        }
        *out = writer.finish();
    }
}

/// A prefix with its colon for a name that is content, and the declaration that binds it.
fn bound(name: &QName) -> (&'static str, String) {
    if name.namespace.is_empty() {
        return ("", String::new());
    }
    let mut binding = String::from(" xmlns:q=\"");
    escape_attribute(&name.namespace, &mut binding);
    binding.push('"');
    ("q:", binding)
}

/// By the name of SOAP 1.2.
impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Code::VersionMismatch => f.write_str("VersionMismatch"),
            Code::MustUnderstand => f.write_str("MustUnderstand"),
            Code::DataEncodingUnknown => f.write_str("DataEncodingUnknown"),
            Code::Sender => f.write_str("Sender"),
            Code::Receiver => f.write_str("Receiver"),
            Code::Other(name) => write!(f, "{name}"),
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        for subcode in &self.subcodes {
            write!(f, "/{subcode}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for Fault {}
