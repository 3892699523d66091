//! PostgreSQL's types, resolved from their oids: arrays, domains, composites and enums down to the built-in ones.

use std::collections::{HashMap, HashSet};

use super::{Field, SqlType, TypeName};

/// How deep types may nest before the rest is read as text.
const DEPTH: u32 = 8;

/// The types that a catalog needs, by oid.
#[derive(Debug, Default)]
pub(crate) struct Types {
    types: HashMap<i64, TypeRow>,
    fields: HashMap<i64, Vec<FieldRow>>,
}

/// A row of `pg_type`.
#[derive(Debug, sqlx::FromRow)]
struct TypeRow {
    oid: i64,
    schema: String,
    name: String,
    kind: String,
    category: String,
    /// The item's type when it is an array, else 0.
    item: i64,
    base: i64,
    base_modifier: i32,
    not_null: bool,
    default: Option<String>,
    relation: i64,
    labels: Vec<String>,
    checks: Vec<String>,
}

/// A field of a composite.
#[derive(Debug, sqlx::FromRow)]
struct FieldRow {
    relation: i64,
    name: String,
    type_oid: i64,
    modifier: i32,
    type_name: String,
}

/// Loads these types and all that they are made of, one round for each level of nesting.
pub(crate) async fn load_types(
    connection: &mut sqlx::PgConnection,
    needed: HashSet<i64>,
) -> Result<Types, sqlx::Error> {
    let mut types = Types::default();
    let mut missing: Vec<i64> = needed.into_iter().collect();
    for _ in 0..=DEPTH {
        if missing.is_empty() {
            break;
        }
        let rows: Vec<TypeRow> = sqlx::query_as(
            "select t.oid::int8 as oid, n.nspname::text as schema, t.typname::text as name, t.typtype::text as kind,
                    t.typcategory::text as category,
                    -- `int2vector` and `oidvector` are written without braces.
                    case when t.typcategory = 'A' and t.typlen = -1 and t.oid not in (22, 30) then t.typelem::int8 else 0 end as item,
                    t.typbasetype::int8 as base, t.typtypmod as base_modifier, t.typnotnull as not_null,
                    t.typdefault as default, case t.typtype when 'c' then t.typrelid::int8 else 0 end as relation,
                    array(select e.enumlabel::text from pg_enum e where e.enumtypid = t.oid order by e.enumsortorder)
                      as labels,
                    array(select pg_get_constraintdef(k.oid) from pg_constraint k where k.contypid = t.oid
                          order by k.conname) as checks
             from pg_type t join pg_namespace n on n.oid = t.typnamespace
             where t.oid = any($1::int8[]::oid[])",
        )
        .bind(&missing)
        .fetch_all(&mut *connection)
        .await?;
        let relations: Vec<i64> = rows
            .iter()
            .map(|row| row.relation)
            .filter(|oid| *oid != 0)
            .collect();
        let fields: Vec<FieldRow> = if relations.is_empty() {
            Vec::new()
        } else {
            sqlx::query_as(
                "select attrelid::int8 as relation, attname::text as name, atttypid::int8 as type_oid,
                        atttypmod as modifier, format_type(atttypid, -1) as type_name
                 from pg_attribute where attrelid = any($1::int8[]::oid[]) and attnum > 0 and not attisdropped
                 order by attrelid, attnum",
            )
            .bind(&relations)
            .fetch_all(&mut *connection)
            .await?
        };
        let mut next: HashSet<i64> = fields.iter().map(|field| field.type_oid).collect();
        next.extend(rows.iter().flat_map(|row| [row.item, row.base]));
        for row in rows {
            types.types.insert(row.oid, row);
        }
        for field in fields {
            types.fields.entry(field.relation).or_default().push(field);
        }
        missing = next
            .into_iter()
            .filter(|oid| *oid != 0 && !types.types.contains_key(oid))
            .collect();
    }
    Ok(types)
}

impl Types {
    /// The type of an oid with its modifier; what nothing is known of is [`SqlType::Other`].
    pub(crate) fn lower(&self, oid: i64, modifier: i32) -> SqlType {
        self.lower_within(oid, modifier, DEPTH)
    }

    /// The default of a domain.
    pub(crate) fn default_of(&self, oid: i64) -> Option<String> {
        self.types
            .get(&oid)
            .filter(|row| row.kind == "d")
            .and_then(|row| row.default.clone())
    }

    /// The fields of a row type, when the oid is one.
    pub(crate) fn fields(&self, oid: i64) -> Option<Vec<Field>> {
        match self.lower(oid, -1) {
            SqlType::Composite { fields, .. } => Some(fields),
            _ => None,
        }
    }

    /// Tells whether values of the type can be sent and read: pseudo-types cannot.
    pub(crate) fn is_pseudo(&self, oid: i64) -> bool {
        self.types.get(&oid).is_none_or(|row| row.kind == "p")
    }

    fn lower_within(&self, oid: i64, modifier: i32, depth: u32) -> SqlType {
        let Some(row) = self.types.get(&oid) else {
            return SqlType::Other;
        };
        let Some(depth) = depth.checked_sub(1) else {
            return SqlType::Other;
        };
        let name = || TypeName {
            schema: row.schema.clone(),
            name: row.name.clone(),
        };
        match row.kind.as_str() {
            "e" => SqlType::Enum {
                name: Some(name()),
                labels: row.labels.clone(),
            },
            "d" => SqlType::Domain {
                name: name(),
                base: Box::new(self.lower_within(row.base, row.base_modifier, depth)),
                not_null: row.not_null,
                checks: row.checks.clone(),
            },
            "c" => SqlType::Composite {
                name: name(),
                fields: self.lower_fields(row.relation, depth),
            },
            "r" | "m" => SqlType::Range,
            _ if row.item != 0 => SqlType::Array {
                item: Box::new(self.lower_within(row.item, modifier, depth)),
            },
            _ if row.schema == "pg_catalog" => built_in(oid, modifier),
            // Text types of extensions, like citext.
            _ if row.category == "S" => SqlType::Text {
                length: None,
                fixed: false,
            },
            _ => SqlType::Other,
        }
    }

    fn lower_fields(&self, relation: i64, depth: u32) -> Vec<Field> {
        let fields = self
            .fields
            .get(&relation)
            .map(Vec::as_slice)
            .unwrap_or_default();
        fields
            .iter()
            .map(|field| Field {
                name: field.name.clone(),
                sql_type: self.lower_within(field.type_oid, field.modifier, depth),
                type_name: field.type_name.clone(),
            })
            .collect()
    }
}

/// The built-in types by their fixed oids (`pg_type.dat`).
fn built_in(oid: i64, modifier: i32) -> SqlType {
    let length = |header: i32| {
        u32::try_from(modifier - header)
            .ok()
            .filter(|_| modifier >= header)
    };
    match oid {
        16 => SqlType::Boolean,
        21 => SqlType::Integer {
            bits: 16,
            unsigned: false,
        },
        23 => SqlType::Integer {
            bits: 32,
            unsigned: false,
        },
        20 => SqlType::Integer {
            bits: 64,
            unsigned: false,
        },
        26 => SqlType::Integer {
            bits: 32,
            unsigned: true,
        },
        700 => SqlType::Float32,
        701 => SqlType::Float64,
        1700 => decimal(modifier),
        18 => SqlType::Text {
            length: Some(4),
            fixed: false,
        },
        19 => SqlType::Text {
            length: Some(63),
            fixed: false,
        },
        25 => SqlType::Text {
            length: None,
            fixed: false,
        },
        1042 => SqlType::Text {
            length: length(4),
            fixed: length(4).is_some(),
        },
        1043 => SqlType::Text {
            length: length(4),
            fixed: false,
        },
        17 => SqlType::Bytes { length: None },
        1082 => SqlType::Date,
        1083 => SqlType::Time { zone: false },
        1266 => SqlType::Time { zone: true },
        1114 => SqlType::Timestamp { zone: false },
        1184 => SqlType::Timestamp { zone: true },
        1186 => SqlType::Interval,
        2950 => SqlType::Uuid,
        114 | 3802 => SqlType::Json,
        142 => SqlType::Xml,
        1560 => SqlType::Bit {
            length: length(0),
            varying: false,
        },
        1562 => SqlType::Bit {
            length: length(0),
            varying: true,
        },
        _ => SqlType::Other,
    }
}

/// A numeric's modifier holds its precision and, in the low 11 bits and signed, its scale. A negative scale rounds whole
/// digits away, so it is a number without digits after the point and with more before it; a scale above the precision
/// bounds nothing that XSD can say, so only the scale is kept.
fn decimal(modifier: i32) -> SqlType {
    let Some(bits) = modifier.checked_sub(4).filter(|bits| *bits >= 0) else {
        return SqlType::Decimal {
            precision: None,
            scale: None,
            unsigned: false,
        };
    };
    let precision = (bits >> 16) & 0xffff;
    let low = bits & 0x7ff;
    let scale = if low >= 0x400 { low - 0x800 } else { low };
    let whole = if scale < 0 {
        precision - scale
    } else {
        precision.max(scale)
    };
    SqlType::Decimal {
        precision: u32::try_from(whole).ok(),
        scale: u32::try_from(scale.max(0)).ok(),
        unsigned: false,
    }
}
