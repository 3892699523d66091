//! Identity constraints (XSD 1.0 part 1, 3.11).

use soapstone::name::QName;

use super::lookup::near;
use super::{At, Resolver, next, xpath};
use crate::document::schema::{Constraint, ConstraintKind, XPath};
use crate::model::{self, ConstraintId, Path};

impl Resolver<'_, '_> {
    pub(super) fn constraint(&mut self, at: At, written: &Constraint) -> ConstraintId {
        let name = QName {
            namespace: self.namespace(at),
            local: written.name.clone(),
        };
        let id = ConstraintId(next(self.model.constraints.len()));
        if self.model.globals.constraints.contains_key(&name) {
            let message = format!("there is an identity constraint {name} already");
            let help = "rename it: the names of identity constraints are unique in a namespace";
            self.report
                .error(written.place, "sch-props-correct", message, help);
        } else {
            self.model.globals.constraints.insert(name.clone(), id);
        }
        let kind = match &written.kind {
            ConstraintKind::Unique => model::ConstraintKind::Unique,
            ConstraintKind::Key => model::ConstraintKind::Key,
            ConstraintKind::KeyRef(refer) => {
                self.keyrefs
                    .push((id, self.meant(at, refer), at, written.place));
                model::ConstraintKind::KeyRef(id)
            }
        };
        let selector = self.xpath(&written.selector, false);
        let fields = written
            .fields
            .iter()
            .map(|field| self.xpath(field, true))
            .collect();
        self.model.constraints.push(model::Constraint {
            name,
            kind,
            selector,
            fields,
            annotation: written.annotation.clone(),
            place: written.place,
        });
        id
    }

    fn xpath(&mut self, written: &XPath, field: bool) -> Vec<Path> {
        match xpath::parse(&written.text, &written.scope, field) {
            Ok(paths) => paths,
            Err(error) => {
                let rule = if field {
                    "c-fields-xpaths"
                } else {
                    "c-selector-xpath"
                };
                let message = format!("xpath=\"{}\": {error}", written.text);
                let help = match field {
                    true => "a field allows child steps, a last @ step, a leading .// and |",
                    false => "a selector allows child steps, a leading .// and |",
                };
                self.report.error(written.place, rule, message, help);
                Vec::new()
            }
        }
    }

    /// Binds each keyref to its key. One that leads nowhere is taken off its element.
    pub(super) fn bind_keyrefs(&mut self) {
        for (id, name, at, place) in std::mem::take(&mut self.keyrefs) {
            let found = self.model.globals.constraints.get(&name).copied();
            let key = found.filter(|key| {
                let kind = self
                    .model
                    .constraints
                    .get(key.index())
                    .map(|constraint| constraint.kind);
                matches!(
                    kind,
                    Some(model::ConstraintKind::Unique | model::ConstraintKind::Key)
                )
            });
            let Some(key) = key else {
                match found {
                    Some(_) => {
                        let message = format!("{name} is a keyref itself");
                        self.report.error(
                            place,
                            "src-resolve",
                            message,
                            "refer to a key or a unique",
                        );
                    }
                    None => {
                        let near =
                            |resolver: &Self| near(&resolver.model.globals.constraints, &name);
                        self.missing(at, "key", &name, place, near);
                    }
                }
                for element in &mut self.model.elements {
                    element.constraints.retain(|constraint| *constraint != id);
                }
                if let Some(constraint) = self.model.constraints.get_mut(id.index()) {
                    constraint.kind = model::ConstraintKind::Unique;
                }
                continue;
            };
            if let Some(constraint) = self.model.constraints.get_mut(id.index()) {
                constraint.kind = model::ConstraintKind::KeyRef(key);
            }
        }
    }
}
