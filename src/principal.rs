//! Who asks, and what they may do: grants by operation, table and column. It never touches a socket.

mod users;

use std::sync::Arc;

pub use self::users::{PrincipalError, Users, hash};
use crate::catalog::matches;
use crate::config::Grant;

/// Somebody who has been recognised, with all that they may do.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The name for logs and for the change log.
    pub name: Arc<str>,
    grants: Arc<[Grant]>,
}

/// What may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Get,
    Query,
    Count,
    Create,
    Update,
    Upsert,
    Delete,
    Changes,
    Call,
}

impl Action {
    /// The word that a grant names it by.
    pub fn name(self) -> &'static str {
        match self {
            Action::Get => "get",
            Action::Query => "query",
            Action::Count => "count",
            Action::Create => "create",
            Action::Update => "update",
            Action::Upsert => "upsert",
            Action::Delete => "delete",
            Action::Changes => "changes",
            Action::Call => "call",
        }
    }

    /// Tells whether it may change the database. A routine may.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Action::Create | Action::Update | Action::Upsert | Action::Delete | Action::Call
        )
    }

    fn is_named_by(self, word: &str) -> bool {
        match word {
            "*" => true,
            "read" => matches!(
                self,
                Action::Get | Action::Query | Action::Count | Action::Changes
            ),
            "write" => matches!(
                self,
                Action::Create | Action::Update | Action::Upsert | Action::Delete
            ),
            word => word == self.name(),
        }
    }
}

/// What may be granted on a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To see it, its deliveries and their messages.
    Watch,
    /// To pause, replay, edit and settle.
    Steer,
}

impl Right {
    /// The word that a grant names it by.
    pub fn name(self) -> &'static str {
        match self {
            Right::Watch => "watch",
            Right::Steer => "steer",
        }
    }
}

/// What is asked for: a table, view or routine.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its schema.
    pub schema: &'a str,
    /// Its own SQL name.
    pub name: &'a str,
    /// Its schema is the default one, so that a grant may leave it out.
    pub in_default_schema: bool,
}

/// The columns that an action may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// Every column, those of tomorrow included.
    All,
    /// These, by SQL name.
    Only(Vec<String>),
}

impl Columns {
    /// Tells whether the column is among them.
    pub fn has(&self, column: &str) -> bool {
        match self {
            Columns::All => true,
            Columns::Only(names) => names.iter().any(|name| name == column),
        }
    }
}

impl Principal {
    /// The one who asks where no users are configured: everything is allowed, and the gateway listens on loopback only.
    pub fn local() -> Principal {
        let everything = Grant {
            operations: vec!["*".to_owned()],
            on: vec!["*".to_owned()],
            columns: None,
        };
        Principal {
            name: Arc::from("local"),
            grants: Arc::from([everything]),
        }
    }

    /// Somebody who was not recognised, and may do nothing.
    pub fn nobody() -> Principal {
        Principal {
            name: Arc::from("nobody"),
            grants: Arc::from([]),
        }
    }

    /// The columns that the principal may touch by `action`; `None` where the action is not granted at all.
    pub fn may(&self, action: Action, object: Object<'_>) -> Option<Columns> {
        let mut found: Option<Vec<String>> = None;
        for grant in self
            .grants
            .iter()
            .filter(|grant| grants(grant, action, object))
        {
            match &grant.columns {
                None => return Some(Columns::All),
                Some(columns) => found
                    .get_or_insert_default()
                    .extend(columns.iter().cloned()),
            }
        }
        found.map(Columns::Only)
    }

    /// Tells whether a grant gives a right on a flow, which grants call `flow.NAME`.
    pub fn may_with_flow(&self, right: Right, flow: &str) -> bool {
        let name = format!("flow.{flow}");
        self.grants.iter().any(|grant| {
            let named = |word: &String| word == "*" || word == right.name();
            grant.operations.iter().any(named)
                && grant.on.iter().any(|pattern| matches(pattern, &name))
        })
    }

    /// Tells whether any grant speaks of the action, on whatever object: for operations of the gateway itself.
    pub fn may_everything(&self) -> bool {
        self.grants.iter().any(|grant| {
            grant.operations.iter().any(|word| word == "*") && grant.on.iter().any(|on| on == "*")
        })
    }
}

fn grants(grant: &Grant, action: Action, object: Object<'_>) -> bool {
    grant.operations.iter().any(|word| action.is_named_by(word))
        && grant.on.iter().any(|pattern| {
            matches(pattern, &format!("{}.{}", object.schema, object.name))
                || (object.in_default_schema && matches(pattern, object.name))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: Object<'static> = Object {
        schema: "public",
        name: "sales_order",
        in_default_schema: true,
    };

    fn principal(grants: &str) -> Principal {
        let role: crate::config::Role = toml::from_str(grants).expect("grants");
        Principal {
            name: Arc::from("anna"),
            grants: Arc::from(role.grants),
        }
    }

    #[test]
    fn grants_add_up_and_nothing_else_is_allowed() {
        let anna = principal(
            "[[grant]]\noperations = [\"read\"]\n[[grant]]\noperations = [\"update\"]\non = [\"sales_*\"]\ncolumns = [\"note\"]\n",
        );
        assert_eq!(anna.may(Action::Query, ORDERS), Some(Columns::All));
        assert_eq!(
            anna.may(Action::Update, ORDERS),
            Some(Columns::Only(vec!["note".to_owned()]))
        );
        assert_eq!(anna.may(Action::Delete, ORDERS), None);
        assert!(!anna.may_everything() && Principal::local().may_everything());
    }
}
