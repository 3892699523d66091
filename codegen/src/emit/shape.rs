//! Enums of particles and of types, and encoded arrays.

use std::fmt::Write;

use super::structure::constrained;
use super::{Scope, doc, wildcard};
use crate::item::{Arm, Array, Choice, Family, Item, Model, Occurs, Particle};
use crate::occurs::{of_turns, range};

impl Scope<'_> {
    pub(super) fn choice(&self, out: &mut String, item: &Item, choice: &Choice) {
        self.item_head(out, item);
        let _ = writeln!(out, "pub enum {} {{", item.name);
        if choice.mixed {
            out.push_str("    /// Text between the elements.\n    Text(String),\n");
        }
        for arm in &choice.arms {
            doc(out, 4, &arm.documentation);
            let rust = self.rust(&arm.rust);
            let _ = match arm.occurs {
                Occurs::Many(..) => writeln!(out, "    {}(Vec<{rust}>),", arm.name),
                _ => writeln!(out, "    {}({rust}),", arm.name),
            };
        }
        let _ = write!(
            out,
            "}}\n\nimpl codec::Group for {} {{\n    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Option<Self>> {{\n",
            item.name
        );
        for arm in &choice.arms {
            let read = self.read_arm(arm);
            let _ = writeln!(
                out,
                "        if let Some(x) = {read} {{\n            return Ok(Some(Self::{}(x)));\n        }}",
                arm.name
            );
        }
        out.push_str("        Ok(None)\n    }\n    fn write(&self, w: &mut codec::Writer) {\n        match self {\n");
        if choice.mixed {
            out.push_str("            Self::Text(x) => w.text(x),\n");
        }
        for arm in &choice.arms {
            let _ = writeln!(
                out,
                "            Self::{}(x) => {},",
                arm.name,
                self.write_arm(arm)
            );
        }
        out.push_str("        }\n    }\n}\n");
        if choice.mixed {
            let _ = writeln!(out, "\nimpl codec::Mixed for {} {{", item.name);
            if let Some(model) = &choice.model {
                let _ = writeln!(
                    out,
                    "    const MODEL: Option<codec::Model> = Some({});",
                    content_model(model)
                );
            }
            out.push_str("    fn text(text: String) -> Self {\n        Self::Text(text)\n    }\n");
            if choice.model.is_some() {
                out.push_str("    fn arm(&self) -> Option<usize> {\n        match self {\n            Self::Text(_) => None,\n");
                for (index, arm) in choice.arms.iter().enumerate() {
                    let _ = writeln!(out, "            Self::{}(_) => Some({index}),", arm.name);
                }
                out.push_str("        }\n    }\n");
            }
            out.push_str("}\n");
        }
        if choice.type_ {
            let _ = writeln!(out, "\nimpl codec::Type for {} {{", item.name);
            self.type_name(out, item);
            out.push_str("    fn read(r: &mut codec::Reader<'_>) -> codec::Result<Self> {\n        r.group()\n    }\n");
            out.push_str("    fn content(&self, w: &mut codec::Writer) {\n        w.group(self);\n    }\n}\n");
        }
    }

    fn read_arm(&self, arm: &Arm) -> String {
        let read = self.read_once(arm);
        let Some(of) = arm.turns else {
            return read;
        };
        format!(
            "{read}.map(|x| r.in_turns(x, {})).transpose()?",
            of_turns(of)
        )
    }

    fn read_once(&self, arm: &Arm) -> String {
        match (&arm.particle, arm.occurs) {
            (Particle::Element(tag, value), Occurs::Many(min, max)) => format!(
                "r{}.some{}({}, {})?",
                constrained(value),
                arm.turns.map_or(arm.occurs.in_turn(), |_| ""),
                self.tag(*tag),
                range(min, max)
            ),
            (Particle::Element(tag, value), _) => {
                format!("r{}.arm({})?", constrained(value), self.tag(*tag))
            }
            (Particle::Any(any), Occurs::Many(min, max)) => {
                format!("r.some_anys({}, {})?", wildcard(any), range(min, max))
            }
            (Particle::Any(any), _) => format!("r.optional_any({})?", wildcard(any)),
            (_, Occurs::Many(min, max)) => format!("r.some_groups({})?", range(min, max)),
            _ => "r.arm_group()?".to_owned(),
        }
    }

    fn write_arm(&self, arm: &Arm) -> String {
        match (&arm.particle, arm.occurs) {
            (Particle::Element(tag, _), Occurs::Many(..)) => {
                format!("w.many({}, x)", self.tag(*tag))
            }
            (Particle::Element(tag, _), _) => format!("w.one({}, x)", self.tag(*tag)),
            (Particle::Any(_), Occurs::Many(..)) => "w.anys(x)".to_owned(),
            (Particle::Any(_), _) => "w.any(x)".to_owned(),
            (_, Occurs::Many(..)) => "w.groups(x)".to_owned(),
            _ => "w.group(x)".to_owned(),
        }
    }

    pub(super) fn family(&self, out: &mut String, item: &Item, family: &Family) {
        let kind = if family.abstract_ {
            "abstract_family"
        } else {
            "family"
        };
        let _ = writeln!(out, "soapstone::{kind}! {{");
        let mut head = String::new();
        self.item_head(&mut head, item);
        out.push_str(&head);
        let _ = writeln!(out, "pub enum {} {{", item.name);
        for member in &family.members {
            let _ = writeln!(
                out,
                "    {} => {}({}),",
                self.tag(member.tag),
                member.name,
                self.rust(&member.rust)
            );
        }
        out.push_str("}\n}\n");
    }

    pub(super) fn array(&self, out: &mut String, item: &Item, array: &Array) {
        out.push_str("soapstone::encoded_array! {\n");
        self.item_head(out, item);
        let rust = self.rust(&array.item);
        let items = match array.rank {
            1 => format!("codec::Items<{rust}>"),
            rank => format!("codec::Grid<{rust}, {rank}>"),
        };
        let _ = writeln!(
            out,
            "pub struct {}(pub {items}): {};\n}}",
            item.name,
            self.tag(array.tag)
        );
    }
}

/// A content model as a constant expression.
fn content_model(model: &Model) -> String {
    let list = |members: &[Model]| {
        let members: Vec<String> = members.iter().map(content_model).collect();
        members.join(", ")
    };
    match model {
        Model::Arm(arm) => format!("codec::Model::Arm({arm})"),
        Model::Any(any, _) => format!(
            "codec::Model::Any({})",
            wildcard(any).trim_start_matches('&')
        ),
        Model::Sequence(members) => format!("codec::Model::Sequence(&[{}])", list(members)),
        Model::Choice(members) => format!("codec::Model::Choice(&[{}])", list(members)),
        Model::All(members) => format!("codec::Model::All(&[{}])", list(members)),
        Model::Repeat(member, min, max) => format!(
            "codec::Model::Repeat(&{}, {})",
            content_model(member),
            range(*min, *max)
        ),
    }
}
