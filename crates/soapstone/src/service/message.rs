//! One message's body as a typed value, and faults as typed values.

use super::{Header, Parts};
use crate::codec::{Element, QName, Strictness, Type, WriteError, type_named};
use crate::soap::{self, Code, Envelope, Fault};
use crate::xml;

/// A request whose body has not been read yet.
#[derive(Debug)]
pub struct Message<'a> {
    pub(super) envelope: Envelope<'a>,
    pub(super) reader: xml::Reader<'a>,
    pub(super) strictness: Strictness,
}

/// What a service answers: the body as XML (nothing for a one-way operation), or a fault.
pub type Outcome = Result<Option<String>, Box<Fault>>;

impl Message<'_> {
    /// Reads the body.
    ///
    /// # Errors
    /// The fault that says what is not as the contract has it.
    pub fn read<P: Parts>(self, parts: P) -> Result<P::Value, Box<Fault>> {
        let (value, mut reader) = parts
            .read_at(self.reader, self.strictness)
            .map_err(|error| Box::new(Fault::new(Code::Sender, error.to_string())))?;
        self.envelope
            .finish(&mut reader)
            .map_err(|error| Box::new(error.fault()))?;
        Ok(value)
    }

    /// Checks that the body is empty.
    ///
    /// # Errors
    /// The fault that says that it is not.
    pub fn empty(mut self) -> Result<(), Box<Fault>> {
        if let Some(payload) = &self.envelope.payload {
            return Err(Box::new(Fault::new(
                Code::Sender,
                format!("{} where nothing is due", payload.local),
            )));
        }
        self.envelope
            .finish(&mut self.reader)
            .map_err(|error| Box::new(error.fault()))
    }
}

/// The typed faults of an operation.
pub trait Faults: Sized {
    /// Reads the fault that a detail holds; nothing where it holds none that the contract knows.
    fn read(detail: &Detail) -> Option<Self>;

    /// Appends to the detail, or to the header for a fault of the header, and names the fault.
    ///
    /// # Errors
    /// As [`Element::write`].
    fn write(&self, detail: &mut String, header: &mut String) -> Result<&'static str, WriteError>;

    /// The action of the fault by WS-Addressing; empty where the contract gives it none.
    fn action(&self) -> &'static str {
        ""
    }
}

/// An operation without faults of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFaults {}

impl Faults for NoFaults {
    fn read(_detail: &Detail) -> Option<NoFaults> {
        None
    }

    fn write(
        &self,
        _detail: &mut String,
        _header: &mut String,
    ) -> Result<&'static str, WriteError> {
        match *self {}
    }
}

/// What a received fault says to programs: a document for each element of its detail, and the header blocks beside it.
#[derive(Debug)]
pub struct Detail {
    entries: Vec<String>,
    headers: Vec<Header>,
}

impl Detail {
    /// Takes the elements of a detail apart.
    #[cfg(any(feature = "client", test))]
    pub(super) fn of(detail: Option<&soap::Detail>, headers: Vec<Header>) -> Detail {
        let document = detail.map(soap::Detail::document).unwrap_or_default();
        let wildcard = crate::codec::Wildcard::Any;
        let mut reader = crate::codec::Reader::new(
            xml::Reader::new(&document, &xml::Options::message()),
            NONE,
            Strictness::Lenient,
        );
        let mut entries = Vec::new();
        if matches!(reader.start(DETAIL), Ok(true)) {
            while let Ok(Some(entry)) = reader.optional_any(&wildcard) {
                entries.push(entry.xml);
            }
        }
        Detail { entries, headers }
    }

    /// Reads the first header block that is this element: a fault of the header.
    pub fn header<T: Type>(&self, element: Element<T>) -> Option<T> {
        super::header::read(&self.headers, element).ok().flatten()
    }

    /// Reads the first element that is this one.
    pub fn read<T: Type>(&self, element: Element<T>) -> Option<T> {
        let options = xml::Options::message();
        self.entries
            .iter()
            .find_map(|entry| element.read_with(entry, &options, Strictness::Lenient).ok())
    }

    /// Reads the first element that is of a type, for a fault whose part names one. Stacks name the
    /// element as they like, and most say its type; where none is said, its name is the part's or the fault's.
    pub fn typed<T: Type>(&self, element: Element<T>, type_: &QName, fault: &str) -> Option<T> {
        self.due(element, fault, |is_named, told| match told {
            Some(told) if told == type_ => true,
            // A family is read as the member that is told.
            Some(told) => {
                (is_named || T::FAMILY)
                    && T::accepts_type(&told.namespace, &told.local, element.namespaces())
            }
            None => is_named,
        })
    }

    /// As [`typed`](Detail::typed), for a fault whose type does not tell it from other elements: the name is the part's or the
    /// fault's.
    pub fn named<T: Type>(&self, element: Element<T>, type_: &QName, fault: &str) -> Option<T> {
        self.due(element, fault, |is_named, told| {
            let fits = |told: &QName| {
                told == type_ || T::accepts_type(&told.namespace, &told.local, element.namespaces())
            };
            is_named && told.is_none_or(fits)
        })
    }

    /// Reads the first element that is due, as its name and the type that it says tell.
    fn due<T: Type>(
        &self,
        element: Element<T>,
        fault: &str,
        is_due: impl Fn(bool, Option<&QName>) -> bool,
    ) -> Option<T> {
        let options = xml::Options::message();
        let due = self.entries.iter().find(|entry| {
            told(entry, &options).is_some_and(|(name, told)| {
                is_due(
                    name == fault || name == *element.name().local,
                    told.as_ref(),
                )
            })
        })?;
        let read = |strictness| element.read_nameless(due, &options, strictness).ok();
        read(Strictness::Encoded).or_else(|| read(Strictness::Lenient))
    }
}

/// The local name of a document's root element, and the type that it says it is.
fn told(document: &str, options: &xml::Options) -> Option<(String, Option<QName>)> {
    let mut reader = xml::Reader::new(document, options);
    let xml::Event::Start(tag) = reader.next().ok()? else {
        return None;
    };
    let mut attributes = reader.attributes().iter();
    let told = attributes.find(|a| a.local == "type" && a.ns == xml::NsId::XSI);
    let told = told.and_then(|attribute| type_named(&reader, &attribute.value));
    let told = told.map(|(namespace, local)| QName::new(namespace, local));
    Some((tag.local.to_owned(), told))
}

#[cfg(any(feature = "client", test))]
const NONE: &[crate::codec::Namespace] = &[crate::codec::Namespace {
    uri: "",
    prefix: "",
    types: &[],
}];
#[cfg(any(feature = "client", test))]
const DETAIL: &crate::codec::Tag = &crate::codec::Tag::new(0, "detail", "<detail>", "</detail>");

/// Why an operation did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure<F> {
    /// A fault of the contract, with what a person is told.
    Typed(F, String),
    /// Any other fault.
    Fault(Box<Fault>),
}

impl<F> Failure<F> {
    /// A fault of the contract with a reason.
    pub fn with_reason(fault: F, reason: impl Into<String>) -> Failure<F> {
        Failure::Typed(fault, reason.into())
    }

    /// A fault on this side that the contract does not know.
    pub fn receiver(reason: impl Into<String>) -> Failure<F> {
        Failure::Fault(Box::new(Fault::new(Code::Receiver, reason)))
    }

    /// A fault in the request that the contract does not know.
    pub fn sender(reason: impl Into<String>) -> Failure<F> {
        Failure::Fault(Box::new(Fault::new(Code::Sender, reason)))
    }
}

impl<F> From<F> for Failure<F> {
    fn from(fault: F) -> Failure<F> {
        Failure::Typed(fault, String::new())
    }
}

impl<F: Faults> Failure<F> {
    /// The fault as it is sent. A typed one is laid to the sender: the contract says what it did wrong.
    pub(super) fn into_fault(self) -> Box<Fault> {
        match self {
            Failure::Fault(fault) => fault,
            Failure::Typed(typed, reason) => {
                let (mut content, mut headers) = (String::new(), String::new());
                let name = match typed.write(&mut content, &mut headers) {
                    Ok(name) => name,
                    Err(error) => return unwritten(&error),
                };
                let reason = if reason.is_empty() {
                    name.to_owned()
                } else {
                    reason
                };
                let mut fault = Fault::new(Code::Sender, reason);
                // A fault of the header has no detail (SOAP 1.1, 4.4).
                if headers.is_empty() {
                    fault = fault.with_detail(soap::Detail::new(content));
                }
                fault.headers = headers;
                Box::new(fault)
            }
        }
    }
}

/// The fault for an answer that no document says.
pub(super) fn unwritten(error: &WriteError) -> Box<Fault> {
    let reason = format!("the answer cannot be written: {error}");
    Box::new(Fault::new(Code::Receiver, reason))
}

/// Makes an outcome of an operation that answers nothing.
///
/// # Errors
/// The fault, where the operation failed.
pub fn no_answer<F: Faults>(result: Result<(), Failure<F>>) -> Outcome {
    result.map(|()| None).map_err(Failure::into_fault)
}

/// The fault for an operation that is in the contract and is not served: an encoded one.
pub fn not_served() -> Box<Fault> {
    Box::new(Fault::new(Code::Sender, "the operation is not served"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Tag;
    use crate::name::XSI;

    const REFUSAL: &Tag = &Tag::new(0, "refusal", "<refusal>", "</refusal>");

    #[test]
    fn a_fault_is_told_by_its_type_or_by_its_name() {
        let refusal: Element<String> = Element::new(REFUSAL, NONE);
        let cases = [
            (
                r#"<x:odd xmlns:x="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t" i:type="t:Reason">no</x:odd>"#,
                true,
            ),
            ("<refusal>no</refusal>", true),
            (r#"<other/><q:refused xmlns:q="urn:q">no</q:refused>"#, true),
            ("<other>no</other>", false),
        ];
        for (content, is_one) in cases {
            let detail = soap::Detail::new(content.to_owned());
            let detail = Detail::of(Some(&detail), Vec::new());
            let read = detail.typed(refusal, &QName::new("urn:t", "Reason"), "refused");
            assert_eq!(read.as_deref(), is_one.then_some("no"), "{content}");
        }
    }

    /// A family of a base and a derived type, each with no content of its own.
    mod family {
        use crate::codec::{self, Namespace, Tag};

        pub(super) const NAMESPACES: &[Namespace] = &[Namespace {
            uri: "urn:t",
            prefix: "t",
            types: &[],
        }];
        pub(super) const PART: &Tag = &Tag::new(0, "t:fault", "<t:fault>", "</t:fault>");
        const BASE: &Tag = &Tag::new(0, "t:Base", "<t:Base>", "</t:Base>");
        const SLOW: &Tag = &Tag::new(0, "t:Slow", "<t:Slow>", "</t:Slow>");

        crate::family! {
            #[derive(Debug, PartialEq)]
            pub(super) enum Base {
                BASE => Base(String),
                SLOW => Slow(codec::Token),
            }
        }
    }

    #[test]
    fn a_fault_of_a_derived_type_is_read_whatever_its_element_is_called() {
        let part: Element<family::Base> = Element::new(family::PART, family::NAMESPACES);
        let read = |type_: &str| {
            let detail = soap::Detail::new(format!(
                r#"<odd xmlns:i="{XSI}" xmlns:t="urn:t" i:type="t:{type_}">no</odd>"#
            ));
            let base = QName::new("urn:t", "Base");
            Detail::of(Some(&detail), Vec::new()).typed(part, &base, "refused")
        };
        assert!(matches!(read("Base"), Some(family::Base::Base(text)) if text == "no"));
        assert!(matches!(read("Slow"), Some(family::Base::Slow(_))));
        assert!(read("Other").is_none());
    }

    #[test]
    fn a_fault_whose_type_others_have_too_is_told_by_its_name() {
        let refusal: Element<String> = Element::new(REFUSAL, NONE);
        let xsd = "http://www.w3.org/2001/XMLSchema";
        let of = |name: &str, text: &str| {
            format!(r#"<{name} xmlns:i="{XSI}" xmlns:x="{xsd}" i:type="x:string">{text}</{name}>"#)
        };
        let cases = [
            (of("message", "a") + &of("refusal", "b"), Some("b")),
            (of("message", "a") + &of("refused", "b"), Some("b")),
            (of("message", "a") + &of("trace", "b"), None),
            ("<refusal>b</refusal>".to_owned(), Some("b")),
        ];
        for (content, expected) in cases {
            let detail = soap::Detail::new(content.clone());
            let detail = Detail::of(Some(&detail), Vec::new());
            let read = detail.named(refusal, &QName::new(xsd, "string"), "refused");
            assert_eq!(read.as_deref(), expected, "{content}");
        }
    }
}
