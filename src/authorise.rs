//! Holds a call against what the principal was granted: the operation, the table, every column that is named, every table that is
//! reached. It is pure; what may not be seen is left out by [`crate::reply`].

use crate::call::{Call, Expand, Filter, Record, Write};
use crate::catalog::{Catalog, TableId};
use crate::contract::{Contract, Operation, Target};
use crate::fault::Problem;
use crate::principal::{Action, Columns, Object, Principal};
use crate::request::Asked;

/// Refuses a call that the principal may not make.
pub fn authorise(
    principal: &Principal,
    catalog: &Catalog,
    contract: &Contract,
    operation: &Operation,
    asked: &Asked,
) -> Result<(), Problem> {
    if principal.may_everything() {
        return Ok(());
    }
    let check = Check {
        principal,
        catalog,
        contract,
        operation,
    };
    let call = match asked {
        Asked::Changes(changes) => {
            return check.columns(changes.table, Action::Changes).map(|_| ());
        }
        Asked::Call(call) => call,
    };
    match (call, operation.target) {
        (Call::Routine { .. }, Target::Routine(id)) => {
            let Some(routine) = catalog.routine(id) else {
                return Err(check.denied());
            };
            let in_default_schema = routine.schema == catalog.default_schema;
            let object = Object {
                schema: &routine.schema,
                name: &routine.name,
                in_default_schema,
            };
            principal
                .may(Action::Call, object)
                .map(|_| ())
                .ok_or_else(|| check.denied())
        }
        (Call::Get(get), _) => {
            check.columns(get.table, Action::Get)?;
            check.expand(get.table, &get.expand)
        }
        (Call::Query(query), _) => {
            let columns = check.columns(query.table, Action::Query)?;
            check.filter(query.table, &columns, query.filter.as_ref())?;
            let named = query
                .order
                .iter()
                .map(|order| order.column)
                .chain(query.fields.iter().copied());
            check.named(query.table, &columns, named)?;
            check.expand(query.table, &query.expand)
        }
        (Call::Count { table, filter }, _) => {
            let columns = check.columns(*table, Action::Count)?;
            check.filter(*table, &columns, filter.as_ref())
        }
        (Call::Create(write), _) => check.write(write, Action::Create),
        (Call::Update(write), _) => check.write(write, Action::Update),
        (Call::Upsert { write, match_on }, _) => {
            let columns = check.columns(write.table, Action::Upsert)?;
            check.named(write.table, &columns, match_on.iter().copied())?;
            check.write(write, Action::Upsert)
        }
        (Call::Delete(delete), _) => check.columns(delete.table, Action::Delete).map(|_| ()),
        _ => Err(check.denied()),
    }
}

/// The columns of a table that the principal may see, in whatever operation answers records.
pub(crate) fn visible(principal: &Principal, catalog: &Catalog, id: TableId) -> Columns {
    let Some(table) = catalog.table(id) else {
        return Columns::Only(Vec::new());
    };
    let in_default_schema = table.schema == catalog.default_schema;
    let object = Object {
        schema: &table.schema,
        name: &table.name,
        in_default_schema,
    };
    let found = [Action::Get, Action::Query]
        .into_iter()
        .filter_map(|action| principal.may(action, object));
    let mut seen = Columns::Only(Vec::new());
    for columns in found {
        match (&mut seen, columns) {
            (_, Columns::All) => return Columns::All,
            (Columns::Only(seen), Columns::Only(more)) => seen.extend(more),
            (Columns::All, Columns::Only(_)) => {}
        }
    }
    seen
}

struct Check<'c> {
    principal: &'c Principal,
    catalog: &'c Catalog,
    contract: &'c Contract,
    operation: &'c Operation,
}

impl Check<'_> {
    fn denied(&self) -> Problem {
        Problem::sender(
            "Denied",
            format!(
                "{} may not call {}",
                self.principal.name, self.operation.name
            ),
        )
    }

    fn columns(&self, id: TableId, action: Action) -> Result<Columns, Problem> {
        let Some(table) = self.catalog.table(id) else {
            return Err(self.denied());
        };
        let in_default_schema = table.schema == self.catalog.default_schema;
        let object = Object {
            schema: &table.schema,
            name: &table.name,
            in_default_schema,
        };
        self.principal.may(action, object).ok_or_else(|| {
            let name = self
                .contract
                .tables
                .get(id.0)
                .map(|table| table.name.to_string())
                .unwrap_or_default();
            Problem::sender(
                "Denied",
                format!("{} may not {} {name}", self.principal.name, action.name()),
            )
        })
    }

    fn named(
        &self,
        id: TableId,
        columns: &Columns,
        named: impl Iterator<Item = usize>,
    ) -> Result<(), Problem> {
        if *columns == Columns::All {
            return Ok(());
        }
        for index in named {
            let sql = self
                .catalog
                .table(id)
                .and_then(|table| table.columns.get(index));
            if !sql.is_some_and(|column| columns.has(&column.name)) {
                let column = self
                    .contract
                    .tables
                    .get(id.0)
                    .and_then(|table| table.columns.get(index));
                let element = column.map(|column| &*column.element).unwrap_or_default();
                return Err(Problem::sender(
                    "Denied",
                    format!("{} may not use the field {element}", self.principal.name),
                ));
            }
        }
        Ok(())
    }

    /// Walks a filter, whose depth the reader has bounded.
    fn filter(
        &self,
        id: TableId,
        columns: &Columns,
        filter: Option<&Filter>,
    ) -> Result<(), Problem> {
        let Some(filter) = filter else { return Ok(()) };
        self.named(
            id,
            columns,
            filter.columns.iter().map(|(column, _)| *column),
        )?;
        for inner in filter
            .all_of
            .iter()
            .chain(&filter.any_of)
            .chain(&filter.none_of)
        {
            self.filter(id, columns, Some(inner))?;
        }
        Ok(())
    }

    fn expand(&self, id: TableId, expand: &[Expand]) -> Result<(), Problem> {
        for expand in expand {
            let relation = self
                .catalog
                .table(id)
                .and_then(|table| table.relations.get(expand.relation));
            let Some(relation) = relation else {
                return Err(self.denied());
            };
            self.columns(relation.table, Action::Query)?;
            self.expand(relation.table, &expand.expand)?;
        }
        Ok(())
    }

    fn write(&self, write: &Write, action: Action) -> Result<(), Problem> {
        let columns = self.columns(write.table, action)?;
        write
            .records
            .iter()
            .try_for_each(|record| self.record(write.table, action, &columns, record))
    }

    fn record(
        &self,
        id: TableId,
        action: Action,
        columns: &Columns,
        record: &Record,
    ) -> Result<(), Problem> {
        // An update names its record by the key, which is not written; a key that is compared would tell what is stored.
        let key = match action {
            Action::Create | Action::Query => &[],
            _ => self
                .catalog
                .table(id)
                .and_then(|table| table.key.as_deref())
                .unwrap_or_default(),
        };
        self.named(
            id,
            columns,
            record
                .fields
                .iter()
                .map(|(column, _)| *column)
                .filter(|column| !key.contains(column)),
        )?;
        for (relation, related) in &record.related {
            let relation = self
                .catalog
                .table(id)
                .and_then(|table| table.relations.get(*relation));
            let Some(relation) = relation else {
                return Err(self.denied());
            };
            // Beside a change they are compared with what is stored, and come as they were answered.
            let (action, columns) = match action {
                Action::Create => (action, self.columns(relation.table, action)?),
                _ => {
                    self.columns(relation.table, Action::Query)?;
                    let seen = visible(self.principal, self.catalog, relation.table);
                    (Action::Query, seen)
                }
            };
            related
                .iter()
                .try_for_each(|record| self.record(relation.table, action, &columns, record))?;
        }
        Ok(())
    }
}
