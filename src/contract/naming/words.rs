//! The words that names in the contract stay clear of.

use soapstone_schema::model::Builtin;

/// Words of the contract that no table, routine or type may take.
pub(super) const WORDS: &[&str] = &[
    "CrmService",
    "CrmPortType",
    "Crm",
    "RoutinesService",
    "RoutinesPortType",
    "Routines",
];

/// Words of the contract that every namespace has.
pub(super) const SHARED: &[&str] = &[
    "Problem",
    "ProblemFault",
    "Misfit",
    "Mode",
    "Status",
    "ChangeKind",
    "IdempotencyKey",
    "CorrelationId",
    "NullCondition",
    "UnknownRow",
    "UnknownField",
];

/// The words of Java, by which no routine may be called, nor what stands in a wrapper.
pub(super) const JAVA: &[&str] = &[
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "while",
];

/// Built-in types that columns map to: their conditions and ranges have names of their own.
pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::String,
    Builtin::Boolean,
    Builtin::Decimal,
    Builtin::Float,
    Builtin::Double,
    Builtin::DateTime,
    Builtin::Time,
    Builtin::Date,
    Builtin::Base64Binary,
    Builtin::Long,
    Builtin::Int,
    Builtin::Short,
    Builtin::Byte,
    Builtin::UnsignedLong,
    Builtin::UnsignedInt,
    Builtin::UnsignedShort,
    Builtin::UnsignedByte,
];

/// Words that no column's element may take: they stand beside columns in records, filters, keys or `Get` requests.
pub(super) const BESIDE_COLUMNS: &[&str] = &[
    "related", "misfit", "allOf", "anyOf", "noneOf", "expand", "record", "version",
];
