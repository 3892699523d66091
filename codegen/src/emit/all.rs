//! Reading elements that stand in any order.

use std::fmt::Write;

use super::structure::constrained;
use super::{Scope, literal, wildcard};
use crate::item::{Field, Occurs, Particle, Struct};
use crate::occurs::most;

impl Scope<'_> {
    /// Elements in any order are collected first; attributes have to be read before them.
    pub(super) fn read_all(
        &self,
        out: &mut String,
        struct_: &Struct,
        (fields, together): (&[Field], &[(usize, u64)]),
        open: &str,
        close: &str,
    ) {
        for (index, attribute) in struct_.attributes.iter().enumerate() {
            let _ = writeln!(
                out,
                "        let attribute{index} = {};",
                self.read_attribute(attribute)
            );
        }
        if let Some((_, any)) = &struct_.any_attribute {
            let _ = writeln!(
                out,
                "        let any = r.any_attributes({})?;",
                wildcard(any)
            );
        }
        let nothing: Vec<&str> = fields
            .iter()
            .map(|field| match field.occurs {
                Occurs::Many(..) => "Vec::new()",
                _ => "None",
            })
            .collect();
        let _ = writeln!(out, "        let mut found = ({},);", nothing.join(", "));
        let steps: Vec<String> = fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let slot = format!("&mut found.{index}");
                match (&field.particle, field.occurs) {
                    (Particle::Element(tag, value), Occurs::Many(_, max)) => format!(
                        "r{}.again({}, {}, {slot})?",
                        constrained(value),
                        self.tag(*tag),
                        most(max)
                    ),
                    (Particle::Element(tag, value), _) => {
                        format!("r{}.once({}, {slot})?", constrained(value), self.tag(*tag))
                    }
                    (_, Occurs::Many(_, max)) => format!("r.group_again({}, {slot})?", most(max)),
                    _ => format!("r.group_once({slot})?"),
                }
            })
            .collect();
        let _ = writeln!(
            out,
            "        while {}\n            || r.pass()?\n        {{}}",
            steps.join("\n            || ")
        );
        if !together.is_empty() {
            let found: Vec<String> = fields
                .iter()
                .enumerate()
                .map(|(index, field)| match field.occurs {
                    Occurs::Many(..) => format!("!found.{index}.is_empty()"),
                    _ => format!("found.{index}.is_some()"),
                })
                .collect();
            let _ = writeln!(
                out,
                "        r.together(&[{}], &{:?})?;",
                found.join(", "),
                together.iter().map(|(index, _)| index).collect::<Vec<_>>()
            );
        }
        let _ = writeln!(out, "        {open}");
        for (index, attribute) in struct_.attributes.iter().enumerate() {
            let _ = writeln!(out, "            {}: attribute{index},", attribute.name);
        }
        if let Some((name, _)) = &struct_.any_attribute {
            let _ = writeln!(out, "            {name}: any,");
        }
        for (index, field) in fields.iter().enumerate() {
            let due = together.iter().find(|(other, _)| *other == index);
            let due = due.map_or(0, |(_, due)| *due);
            let _ = match (&field.particle, field.occurs) {
                (Particle::Element(tag, _), Occurs::One) => writeln!(
                    out,
                    "            {}: r.required({}, found.{index})?,",
                    field.name,
                    self.tag(*tag)
                ),
                (_, Occurs::One) => writeln!(
                    out,
                    "            {}: r.required_group(found.{index})?,",
                    field.name
                ),
                (particle, Occurs::Many(min, _)) if min > 0 || due > 1 => {
                    let tag = match particle {
                        Particle::Element(tag, _) => self.package.tags.get(tag.0),
                        _ => None,
                    };
                    let name = literal(tag.map_or(&field.name, |tag| &tag.local));
                    let slot = format!("found.{index}");
                    // Where the group may be absent, one there of many says that it is not.
                    let least = match min {
                        0 => format!("if {slot}.is_empty() {{ 0 }} else {{ {due} }}"),
                        _ => min.to_string(),
                    };
                    writeln!(
                        out,
                        "            {}: r.at_least({name}, {least}, {slot})?,",
                        field.name
                    )
                }
                _ => writeln!(out, "            {}: found.{index},", field.name),
            };
        }
        let _ = writeln!(out, "        {close}");
    }
}
