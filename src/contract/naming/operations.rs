//! Names the operations of tables and routines.

use std::sync::Arc;

use super::super::{Operation, Target};
use super::{Naming, capitalised};
use crate::catalog::{self, RoutineId, TableId};
use crate::principal::Action;

impl Naming<'_> {
    pub(super) fn add_operations(&mut self) {
        let contract = &mut self.contract;
        for (index, table) in contract.tables.iter().enumerate() {
            for action in &table.actions {
                let name = operation_name(*action, &table.name);
                contract.operations.push(Operation {
                    reply: Arc::from(format!("{name}Response")),
                    name: Arc::from(name),
                    namespace: table.namespace,
                    action: *action,
                    target: Target::Table(TableId(index)),
                });
            }
        }
        for (index, routine) in contract.routines.iter().enumerate() {
            contract.operations.push(Operation {
                reply: Arc::from(format!("{}Response", routine.name)),
                name: Arc::clone(&routine.name),
                namespace: routine.namespace,
                action: Action::Call,
                target: Target::Routine(RoutineId(index)),
            });
        }
        let by_element = contract
            .operations
            .iter()
            .enumerate()
            .map(|(index, operation)| (Arc::clone(&operation.name), index));
        contract.by_element = by_element.collect();
    }
}

/// The operations that a table or view has.
pub(super) fn actions(table: &catalog::Table, captured: bool) -> Vec<Action> {
    let may = table.privileges;
    let keyed = table.key.is_some();
    [
        (Action::Get, may.select && keyed),
        (Action::Query, may.select),
        (Action::Count, may.select),
        (Action::Create, may.insert),
        (Action::Update, may.update && keyed),
        (Action::Upsert, may.insert && may.update && keyed),
        (Action::Delete, may.delete && keyed),
        (Action::Changes, captured && may.select && keyed),
    ]
    .into_iter()
    .filter_map(|(action, offered)| offered.then_some(action))
    .collect()
}

/// The actions that a table's operations are named after.
const TABLE_ACTIONS: &[Action] = &[
    Action::Get,
    Action::Query,
    Action::Count,
    Action::Create,
    Action::Update,
    Action::Upsert,
    Action::Delete,
    Action::Changes,
];

/// `GetCustomer`
fn operation_name(action: Action, table: &str) -> String {
    format!("{}{table}", capitalised(action.name()))
}

/// The names that a table of this name takes.
pub(super) fn derived_from_table(name: &str) -> Vec<String> {
    let mut derived = vec![name.to_owned()];
    derived.extend(
        [
            "Key", "Filter", "Field", "Related", "Result", "Problem", "Conflict", "Change",
            "Service", "PortType",
        ]
        .map(|word| format!("{name}{word}")),
    );
    for action in TABLE_ACTIONS {
        let operation = operation_name(*action, name);
        derived.push(format!("{operation}Response"));
        derived.push(operation);
    }
    derived
}
