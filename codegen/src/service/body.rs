//! The bodies of messages: the elements that stand in them, with a struct for what an rpc operation wraps.

use soapstone_schema::contract::{BoundMessage, Message, Part, PartContent, Style};
use soapstone_schema::model::TypeId;

use crate::item::{Body, Field, Kind, Occurs, Particle, Root, RootId, Rust, Struct};
use crate::lower::{Lowering, Owner};
use crate::names::{self, Names};

/// How many parts the runtime takes in one body.
const PARTS: usize = 8;

impl Lowering<'_> {
    /// The elements in the body of a message.
    pub(super) fn message(
        &mut self,
        name: &str,
        message: &Message,
        bound: Option<&BoundMessage>,
        style: Style,
        encoded: bool,
    ) -> Result<Vec<RootId>, String> {
        let in_body = |part: &&Part| bound.is_none_or(|b| b.body.contains(&part.name));
        let parts: Vec<&Part> = message.parts.iter().filter(in_body).collect();
        if style == Style::Rpc {
            let namespace = bound.map(|b| b.namespace.as_str()).unwrap_or_default();
            return Ok(vec![self.wrapper(name, namespace, &parts, encoded)]);
        }
        if parts.len() > PARTS {
            return Err(format!(
                "message {} has more than {PARTS} parts in a document body",
                message.name.local
            ));
        }
        parts
            .into_iter()
            .map(|part| match part.content {
                PartContent::Element(element) => self.root(element).ok_or_else(|| {
                    format!("the element of message {} is abstract", message.name.local)
                }),
                PartContent::Type(_) if !part.resolved => Err(format!(
                    "part {} of message {} names nothing that is declared",
                    part.name, message.name.local
                )),
                PartContent::Type(type_) => Ok(self.part(message, part, type_)),
            })
            .collect()
    }

    /// The element of a part that names a type, in a document body: it has the part's name and no namespace, as with other
    /// stacks; WSDL leaves it open (WSDL 1.1, 3.5).
    fn part(&mut self, message: &Message, part: &Part, type_: TypeId) -> RootId {
        let name = &message.name;
        let module = self.module(&name.namespace);
        let owner = match self.type_name(type_) {
            Some(_) => self.owner_of(type_),
            None => Owner {
                module,
                name: names::pascal(&name.local),
            },
        };
        let constant = self.claim_element(module, &format!("{}_{}", name.local, part.name));
        let root = Root {
            constant,
            tag: self.tag("", &part.name, module),
            rust: self.declared(type_, &owner),
            own: None,
            value: None,
            documentation: String::new(),
        };
        self.add_root(module, root)
    }

    /// The element of a fault's part that names a type: one for all operations that have the fault.
    pub(super) fn fault_part(&mut self, message: &Message, part: &Part, type_: TypeId) -> RootId {
        if let Some(root) = self.fault_parts.get(&message.name) {
            return *root;
        }
        let root = self.part(message, part, type_);
        self.fault_parts.insert(message.name.clone(), root);
        root
    }

    /// The wrapper element of an rpc message, as a struct with a field for each part.
    ///
    /// `<part name="qty" type="xs:int"/>`  →  `struct Order { qty: i32 }`
    fn wrapper(&mut self, name: &str, namespace: &str, parts: &[&Part], encoded: bool) -> RootId {
        let module = self.module(namespace);
        let rust_name = self.claim_type(module, &names::pascal(name));
        let owner = Owner {
            module,
            name: rust_name.clone(),
        };
        let mut names = Names::default();
        let mut fields = Vec::new();
        for part in parts {
            let (rust, tag) = match part.content {
                PartContent::Type(type_) => {
                    let owner = if self.type_name(type_).is_some() {
                        self.owner_of(type_)
                    } else {
                        owner.nested(&part.name)
                    };
                    (
                        self.declared(type_, &owner),
                        self.tag("", &part.name, module),
                    )
                }
                PartContent::Element(element) => {
                    let rust = self.element_type(element, &owner);
                    let (namespace, local) = match self.model.elements.get(element.index()) {
                        Some(element) => (
                            element.name.namespace.to_string(),
                            element.name.local.to_string(),
                        ),
                        None => (String::new(), part.name.to_string()),
                    };
                    (rust, self.tag(&namespace, &local, module))
                }
            };
            // Encoded values may be nil whatever their type says (SOAP 1.1, 5.1).
            let rust = match rust {
                Rust::Nillable(_) => rust,
                other if encoded => Rust::Nillable(Box::new(other)),
                other => other,
            };
            fields.push(Field {
                name: names.claim_snake(&names::snake(&part.name)),
                documentation: String::new(),
                rust,
                particle: Particle::Element(tag, None),
                occurs: Occurs::One,
                turns: None,
            });
        }
        let body = if fields.is_empty() {
            Body::Empty
        } else {
            Body::Sequence(fields)
        };
        let kind = Kind::Struct(Struct {
            first: None,
            attributes: Vec::new(),
            any_attribute: None,
            body,
            nil: false,
        });
        let item = self.place(module, rust_name, None);
        self.set(item, kind, String::new());
        let tag = self.tag(namespace, name, module);
        let constant = self.claim_element(module, name);
        self.add_root(
            module,
            Root {
                constant,
                tag,
                rust: Rust::Item(item),
                own: Some(item),
                value: None,
                documentation: String::new(),
            },
        )
    }
}
