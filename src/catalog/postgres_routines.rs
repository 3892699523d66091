//! PostgreSQL's functions and procedures.

use super::postgres_types::Types;
use super::{Field, Omitted, Parameter, ParameterMode, Returns, Routine, RoutineKind, SqlType};

/// A row of `pg_proc`.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct RoutineRow {
    schema: String,
    name: String,
    kind: String,
    comment: Option<String>,
    result: i64,
    result_name: String,
    set: bool,
    volatility: String,
    /// Defaults stand at the end of the given parameters.
    defaults: i16,
    /// One for each type where one is variadic.
    default_texts: Vec<Option<String>>,
    types: Vec<i64>,
    type_names: Vec<String>,
    modes: Vec<String>,
    names: Vec<String>,
}

/// What an extension or a type brought along (the constructors of a range) is no routine of its own.
pub(crate) async fn routines(
    connection: &mut sqlx::PgConnection,
) -> Result<Vec<RoutineRow>, sqlx::Error> {
    sqlx::query_as(
        "select n.nspname::text as schema, p.proname::text as name, p.prokind::text as kind,
                obj_description(p.oid, 'pg_proc') as comment, p.prorettype::int8 as result,
                format_type(p.prorettype, -1) as result_name, p.proretset as set, p.provolatile::text as volatility,
                p.pronargdefaults as defaults,
                array(select pg_get_function_arg_default(p.oid, place::int4) from generate_subscripts(p.proargmodes, 1) place
                      where p.provariadic <> 0 order by place) as default_texts,
                array(select u.oid::int8 from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (oid, place)
                      order by u.place) as types,
                array(select format_type(u.oid, -1)
                      from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u (oid, place)
                      order by u.place) as type_names,
                coalesce(p.proargmodes::text[], '{}') as modes, coalesce(p.proargnames, '{}') as names
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where p.prokind in ('f', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'soapstone')
           and n.nspname !~ '^pg_(toast|temp)'
           and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
           and has_schema_privilege(n.oid, 'usage') and has_function_privilege(p.oid, 'execute')
           and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid
                           and (d.deptype = 'e' or (d.deptype = 'i' and d.refclassid = 'pg_type'::regclass)))
         order by 1, 2, p.oid",
    )
    .fetch_all(connection)
    .await
}

impl RoutineRow {
    pub(crate) fn types(&self) -> impl Iterator<Item = i64> {
        self.types.iter().copied().chain([self.result])
    }

    /// The routine, unless a parameter is of a pseudo-type (`anyelement`, `internal`), which nobody can send.
    pub(crate) fn lower(self, types: &Types) -> Result<Routine, Omitted> {
        let mode = |index: usize| self.modes.get(index).map_or("i", String::as_str);
        let given = (0..self.types.len())
            .filter(|index| matches!(mode(*index), "i" | "b" | "v"))
            .count();
        let first_default = given.saturating_sub(usize::try_from(self.defaults).unwrap_or(0));
        let mut parameters = Vec::new();
        let mut row_columns = Vec::new();
        let mut given_so_far = 0;
        for (index, (oid, type_name)) in self.types.iter().zip(&self.type_names).enumerate() {
            let sql_name = self.names.get(index).filter(|name| !name.is_empty());
            let name = sql_name
                .cloned()
                .unwrap_or_else(|| format!("arg{}", index + 1));
            if types.is_pseudo(*oid) {
                return Err(Omitted {
                    schema: self.schema,
                    name: self.name,
                    reason: if type_name.starts_with("any") {
                        "a parameter takes values of any type, and XML says of none what it is in SQL"
                    } else {
                        "a parameter is of a type that only the database itself can give"
                    },
                });
            }
            let sql_type = types.lower(*oid, -1);
            let mode = match mode(index) {
                "t" => {
                    row_columns.push(Field {
                        name,
                        sql_type,
                        type_name: type_name.clone(),
                    });
                    continue;
                }
                "o" => ParameterMode::Out,
                "b" => ParameterMode::InOut,
                "v" => ParameterMode::Variadic,
                _ => ParameterMode::In,
            };
            let place = given_so_far;
            given_so_far += usize::from(mode.given());
            parameters.push(Parameter {
                name,
                named: sql_name.is_some(),
                mode,
                sql_type,
                type_name: type_name.clone(),
                defaulted: mode.given() && place >= first_default,
                default: self.default_texts.get(index).cloned().flatten(),
            });
        }
        if self.set {
            let out = parameters
                .iter()
                .filter(|parameter| parameter.mode.answered());
            row_columns.extend(out.map(|parameter| Field {
                name: parameter.name.clone(),
                sql_type: parameter.sql_type.clone(),
                type_name: parameter.type_name.clone(),
            }));
            parameters.retain(|parameter| parameter.mode.given());
            for parameter in &mut parameters {
                if parameter.mode == ParameterMode::InOut {
                    parameter.mode = ParameterMode::In;
                }
            }
        }
        let answers = parameters.iter().any(|parameter| parameter.mode.answered());
        let returns = self.returns(types, row_columns, answers);
        Ok(Routine {
            public_name: self.name.clone(),
            schema: self.schema,
            name: self.name,
            overload: 0,
            kind: if self.kind == "p" {
                RoutineKind::Procedure
            } else {
                RoutineKind::Function
            },
            comment: self.comment,
            parameters,
            returns,
            read_only: matches!(self.volatility.as_str(), "i" | "s"),
            commits: true,
        })
    }

    fn returns(&self, types: &Types, row_columns: Vec<Field>, answers: bool) -> Returns {
        const VOID: i64 = 2278;
        if !row_columns.is_empty() {
            return Returns::Rows {
                columns: row_columns,
            };
        }
        if self.kind == "p" || self.result == VOID || answers {
            return Returns::Void;
        }
        if let Some(columns) = types
            .fields(self.result)
            .filter(|columns| !columns.is_empty())
        {
            return Returns::Rows { columns };
        }
        // `record` without columns is a pseudo-type whose text can still be read.
        let sql_type = if types.is_pseudo(self.result) {
            SqlType::Other
        } else {
            types.lower(self.result, -1)
        };
        let type_name = self.result_name.clone();
        match self.set {
            true => Returns::Rows {
                columns: vec![Field {
                    name: "value".to_owned(),
                    sql_type,
                    type_name,
                }],
            },
            false => Returns::Scalar {
                sql_type,
                type_name,
            },
        }
    }
}
