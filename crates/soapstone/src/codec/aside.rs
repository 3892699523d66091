//! Octets beside the message: a value of type `xs:base64Binary` may travel as a part of its own, and the element refers to it
//! (XOP 1.0, 3.1).

use super::writer::Mode;
use super::{Namespace, Writer};
use crate::token;

/// The namespace of `xop:Include`.
pub const XOP: &str = "http://www.w3.org/2004/08/xop/include";

/// What is shorter goes inline (bytes): a part costs about as much in headers and boundary.
const SHORT: usize = 512;

/// Octets that travel as a part of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// What the element refers to them by: no other part has it, whoever made it.
    pub content_id: String,
    /// The octets.
    pub octets: Vec<u8>,
}

/// Tells whether a contract declares `xop:Include` itself: then it stands in messages as any element, and no value is put aside.
pub fn declares_xop(namespaces: &[Namespace]) -> bool {
    namespaces.iter().any(|namespace| namespace.uri == XOP)
}

impl Writer {
    /// Puts octets aside and refers to them, where the message may have parts and these stand in an element. Tells whether
    /// it did.
    pub(super) fn put_aside(&mut self, octets: &[u8]) -> bool {
        if self.mode != Mode::Text || octets.len() < SHORT {
            return false;
        }
        let Some(aside) = &mut self.aside else {
            return false;
        };
        // Without a name they go inline.
        let Ok(token) = token::random() else {
            return false;
        };
        let id = format!("{token}@soapstone");
        aside.push(Aside {
            content_id: id.clone(),
            octets: octets.to_vec(),
        });
        self.raw(&format!(
            "<xop:Include xmlns:xop=\"{XOP}\" href=\"cid:{id}\"/>"
        ));
        true
    }

    /// Writes with every octet inline: what `xop:Include` stands in for is the whole content of an element.
    pub(super) fn inline(&mut self, write: impl FnOnce(&mut Writer)) {
        let aside = self.aside.take();
        write(self);
        self.aside = aside;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::XOP;
    use crate::codec::{Element, Namespace, Tag};
    use crate::datatype::Base64Binary;

    const DATA: &Tag = &Tag::new(0, "data", "<data>", "</data>");

    /// A contract that declares `xop:Include` itself gets its octets inline: whoever reads it leaves that element as it stands.
    #[test]
    fn octets_go_aside_under_names_of_their_own() {
        const DECLARING: &[Namespace] = &[Namespace {
            uri: XOP,
            prefix: "xop",
            types: &[],
        }];
        let octets = Base64Binary(vec![7; 1000]);
        let write = |namespaces: &'static [Namespace]| {
            let (mut out, mut aside) = (String::new(), Vec::new());
            let element = Element::new(DATA, namespaces);
            element.write_aside(&octets, &mut out, &mut aside).unwrap();
            (out, aside)
        };
        let (text, first) = write(&[]);
        let (_, second) = write(&[]);
        let (first, second) = (first.first().unwrap(), second.first().unwrap());
        assert!(text.contains(&format!("href=\"cid:{}\"", first.content_id)));
        assert_eq!(first.octets, octets.0);
        assert_ne!(first.content_id, second.content_id);
        let (text, aside) = write(DECLARING);
        assert!(aside.is_empty() && !text.contains("Include"));
    }
}
