//! Routines: stored functions and procedures, and named SQL files.

use super::{Field, SqlType};

/// A stored function or procedure, or a named SQL file.
#[derive(Debug, Clone, PartialEq)]
pub struct Routine {
    /// The schema that it stands in; the default schema for a named SQL file.
    pub schema: String,
    /// Its name in SQL.
    pub name: String,
    /// The name that the contract is made from: the configured one, else [`Routine::name`].
    pub public_name: String,
    /// 0 when no other routine of the schema has its name; otherwise from 1, in the order of the parameter types' names.
    pub overload: u32,
    /// How it is called.
    pub kind: RoutineKind,
    /// The comment on it.
    pub comment: Option<String>,
    /// Its parameters in order, out ones included; the columns of `returns table (…)` are not among them.
    pub parameters: Vec<Parameter>,
    /// What it answers besides its out parameters.
    pub returns: Returns,
    /// Changes nothing, by its own declaration: may be retried.
    pub read_only: bool,
    /// May end the transaction that it is called in, as far as its text tells.
    pub commits: bool,
}

/// How a routine is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoutineKind {
    /// `select … from f(…)`.
    Function,
    /// `call p(…)`.
    Procedure,
    /// The statements of a file, run in one transaction.
    Named {
        /// The statements, each with the parameters that its placeholders take, in order.
        statements: Vec<NamedStatement>,
    },
}

/// One statement of a named routine, in the dialect's own placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedStatement {
    /// The SQL text.
    pub sql: String,
    /// Indexes of parameters, one for each placeholder in order.
    pub parameters: Vec<usize>,
}

/// A parameter of a routine.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name in SQL; `arg1`, `arg2`… where it has none.
    pub name: String,
    /// The name exists in SQL, so that it can be passed by name.
    pub named: bool,
    /// Which way it goes.
    pub mode: ParameterMode,
    /// What it holds; a variadic parameter's is its array.
    pub sql_type: SqlType,
    /// The type as SQL writes it.
    pub type_name: String,
    /// The database has a value for it where it is absent.
    pub defaulted: bool,
    /// The default's SQL text, in a routine with a variadic parameter: it is called by places alone.
    pub default: Option<String>,
}

impl Parameter {
    /// Tells whether it may be absent; a variadic one takes any number of items, none included.
    pub fn optional(&self) -> bool {
        self.defaulted || self.mode == ParameterMode::Variadic
    }
}

/// Which way a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterMode {
    /// Given.
    In,
    /// Answered.
    Out,
    /// Given and answered.
    InOut,
    /// Any number of items, given as one array.
    Variadic,
}

impl ParameterMode {
    /// Tells whether the caller gives it.
    pub fn given(self) -> bool {
        !matches!(self, ParameterMode::Out)
    }

    /// Tells whether the routine answers it.
    pub fn answered(self) -> bool {
        matches!(self, ParameterMode::Out | ParameterMode::InOut)
    }
}

/// What a routine answers besides its out parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Returns {
    /// Nothing.
    Void,
    /// One value.
    Scalar {
        /// Its type.
        sql_type: SqlType,
        /// The type as SQL writes it.
        type_name: String,
    },
    /// Rows with known columns.
    Rows {
        /// The columns; a set of scalars has one, called `value`.
        columns: Vec<Field>,
    },
    /// Rows whose columns are known only when it runs (MySQL procedures, `returns setof record`): each row is a list
    /// of names and texts.
    Unknown,
}
