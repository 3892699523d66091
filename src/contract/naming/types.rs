//! Names the types of values: those that SQL names, and those that only the contract needs a name for.

use std::sync::Arc;

use soapstone_schema::model::Builtin;

use super::super::Column;
use super::super::value_type::{
    Atomic, BITS, Kind, NamedType, TypeReference, UUID, ValueType, atomic,
};
use super::{Naming, capitalised, elements};
use crate::catalog::{Field, SqlType, TypeName};
use crate::names;

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum TypeKey {
    Sql(TypeName),
    ListOf(usize, String),
}

impl Naming<'_> {
    pub(super) fn fields(&mut self, fields: &[Field], namespace: usize, name: &str) -> Vec<Column> {
        let elements = elements(
            fields.iter().map(|field| field.name.as_str()),
            &["misfit"],
            |_| false,
        );
        let column = |(field, element): (&Field, Arc<str>)| Column {
            value: self.value(
                &field.sql_type,
                namespace,
                &format!("{name}{}", names::pascal(&field.name)),
            ),
            element,
            nillable: true,
        };
        fields.iter().zip(elements).map(column).collect()
    }

    /// Gives the type of a value; `hint` names a type that SQL has no name for.
    ///
    /// One with facets is named after them: KDSoap names what has no name after the element that holds it, and takes all of one name,
    /// and a table of that name, for one class.
    pub(super) fn value(&mut self, sql_type: &SqlType, namespace: usize, hint: &str) -> ValueType {
        let atomic = match self.unnarrowed(sql_type, namespace, hint) {
            ValueType::Plain(Kind::Atomic(atomic)) if !atomic.is_bare() => atomic,
            other => return other,
        };
        let key = (namespace, narrowed(&atomic));
        if let Some(known) = self.narrowed.get(&key) {
            return ValueType::Named(*known);
        }
        let reference = self.push(namespace, Arc::from(""), Kind::Atomic(atomic), None);
        self.narrowed.insert(key, reference);
        ValueType::Named(reference)
    }

    /// Names the types with facets, after everything that the database has a name for, and those that clash last: `String20` that is
    /// taken becomes `String20_2`, and takes no name of another.
    pub(super) fn name_narrowed(&mut self) {
        let named = std::mem::take(&mut self.narrowed).into_iter();
        let named = named.map(|((namespace, name), reference)| {
            (self.contract.word(namespace, &name), reference)
        });
        let (free, clashing): (Vec<_>, Vec<_>) =
            named.partition(|(name, _)| self.taken.is_free(std::slice::from_ref(name)));
        for (name, reference) in free.into_iter().chain(clashing) {
            let name = self.taken.take_apart(name);
            if let Some(named) = self.contract.types.get_mut(reference.0) {
                named.name = Arc::from(name);
            }
        }
    }

    fn unnarrowed(&mut self, sql_type: &SqlType, namespace: usize, hint: &str) -> ValueType {
        match sql_type {
            SqlType::Enum {
                name: Some(name),
                labels,
            } => self.sql_named(name, |_| enumerated(labels)),
            SqlType::Enum { name: None, labels } => {
                let (kind, documentation) = enumerated(labels);
                self.named(namespace, hint, kind, documentation)
            }
            SqlType::Set { labels } => {
                let (item, documentation) = enumerated(labels);
                let item = self.named(namespace, &format!("{hint}Item"), item, documentation);
                self.named(namespace, hint, Kind::List(Arc::new(item)), None)
            }
            SqlType::Domain { base, .. }
                if matches!(
                    base.base(),
                    SqlType::Array { .. } | SqlType::Composite { .. }
                ) =>
            {
                self.unnarrowed(base, namespace, hint)
            }
            SqlType::Domain { name, checks, .. } => {
                let documentation = (!checks.is_empty()).then(|| checks.join("; "));
                self.sql_named(name, |_| (Kind::Atomic(atomic(sql_type)), documentation))
            }
            SqlType::Array { item } => self.list(item, namespace, hint),
            SqlType::Composite { name, fields } => {
                let hint = names::pascal(&name.name);
                self.sql_named(name, |naming| {
                    let namespace = naming.namespace(&name.schema);
                    let fields = naming.fields(fields, namespace, &hint);
                    (
                        Kind::Composite(
                            fields
                                .into_iter()
                                .map(|field| (field.element, field.value))
                                .collect(),
                        ),
                        None,
                    )
                })
            }
            _ => ValueType::Plain(Kind::Atomic(atomic(sql_type))),
        }
    }

    fn list(&mut self, item: &SqlType, namespace: usize, hint: &str) -> ValueType {
        // Facets of items are left to the database: one list type serves every array of a kind.
        let item = match self.unnarrowed(item, namespace, &format!("{hint}Item")) {
            ValueType::Plain(Kind::Atomic(atomic)) => {
                ValueType::Plain(Kind::Atomic(Atomic::new(atomic.builtin)))
            }
            named => named,
        };
        let item_name = match &item {
            ValueType::Plain(Kind::Atomic(atomic)) => capitalised(atomic.builtin.name()),
            other => self
                .contract
                .named(other)
                .map(|named| named.name.to_string())
                .unwrap_or_default(),
        };
        let key = TypeKey::ListOf(namespace, item_name.clone());
        if let Some(known) = self.types.get(&key) {
            return ValueType::Named(*known);
        }
        let bare = matches!(item, ValueType::Plain(_));
        let name = format!("ArrayOf{item_name}");
        let name = if bare {
            self.contract.word(namespace, &name)
        } else {
            self.taken.take(name)
        };
        let reference = self.push(namespace, Arc::from(name), Kind::List(Arc::new(item)), None);
        self.types.insert(key, reference);
        ValueType::Named(reference)
    }

    fn sql_named(
        &mut self,
        name: &TypeName,
        kind: impl FnOnce(&mut Self) -> (Kind, Option<String>),
    ) -> ValueType {
        let key = TypeKey::Sql(name.clone());
        if let Some(known) = self.types.get(&key) {
            return ValueType::Named(*known);
        }
        let (kind, documentation) = kind(self);
        let local = self.take(&name.schema, &name.name, derived_from_type);
        let reference = self.push(self.namespace(&name.schema), local, kind, documentation);
        self.types.insert(key, reference);
        ValueType::Named(reference)
    }

    fn named(
        &mut self,
        namespace: usize,
        hint: &str,
        kind: Kind,
        documentation: Option<String>,
    ) -> ValueType {
        let name = self.taken.take_all(hint.to_owned(), derived_from_type);
        ValueType::Named(self.push(namespace, Arc::from(name), kind, documentation))
    }

    fn push(
        &mut self,
        namespace: usize,
        name: Arc<str>,
        kind: Kind,
        documentation: Option<String>,
    ) -> TypeReference {
        self.contract.types.push(NamedType {
            namespace,
            name,
            kind,
            documentation,
        });
        TypeReference(self.contract.types.len() - 1)
    }
}

fn derived_from_type(name: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{name}Condition")]
}

/// A name for a built-in type with these facets: `String80`, `Decimal18_2`.
fn narrowed(atomic: &Atomic) -> String {
    let mut name = match atomic.pattern {
        Some(UUID) => "Uuid".to_owned(),
        Some(BITS) => "Bits".to_owned(),
        _ => capitalised(atomic.builtin.name()),
    };
    match atomic.range {
        Some((_, Some(most))) => name.push_str(&format!("To{most}")),
        Some((Some(_), None)) => name.insert_str(0, "Unsigned"),
        _ => {}
    }
    for (mark, facet) in [
        ("", atomic.max_length.or(atomic.total_digits)),
        ("_", atomic.fraction_digits),
    ] {
        name.extend(facet.map(|facet| format!("{mark}{facet}")));
    }
    name
}

/// A text that is one of these; where one is empty, the documentation tells them, since the schema does not.
fn enumerated(labels: &[String]) -> (Kind, Option<String>) {
    let kind = Kind::Atomic(Atomic {
        labels: labels.to_vec(),
        ..Atomic::new(Builtin::String)
    });
    let told = || {
        let labels: Vec<String> = labels.iter().map(|label| format!("{label:?}")).collect();
        format!("One of {}.", labels.join(", "))
    };
    let spelled = labels.iter().any(String::is_empty);
    (kind, spelled.then(told))
}
