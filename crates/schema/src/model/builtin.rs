//! The types that every schema has (XSD 1.0 part 2, 3).

use super::TypeId;

macro_rules! builtins {
    ($($variant:ident $name:literal),+ $(,)?) => {
        /// The built-in types (part 2, 3), `anyType` first. `TypeId(builtin as u32)` is the type's id in every model.
        #[allow(missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Builtin { $($variant),+ }
        impl Builtin {
            /// Every built-in, in id order.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant),+];
            /// The local name in the XSD namespace.
            pub fn name(self) -> &'static str {
                match self { $(Builtin::$variant => $name),+ }
            }
        }
    };
}

builtins!(
    AnyType "anyType", AnySimpleType "anySimpleType",
    String "string", Boolean "boolean", Decimal "decimal", Float "float", Double "double", Duration "duration",
    DateTime "dateTime", Time "time", Date "date", GYearMonth "gYearMonth", GYear "gYear", GMonthDay "gMonthDay",
    GDay "gDay", GMonth "gMonth", HexBinary "hexBinary", Base64Binary "base64Binary", AnyUri "anyURI", QName "QName",
    Notation "NOTATION",
    NormalizedString "normalizedString", Token "token", Language "language", NmToken "NMTOKEN", NmTokens "NMTOKENS",
    Name "Name", NcName "NCName", Id "ID", IdRef "IDREF", IdRefs "IDREFS", Entity "ENTITY", Entities "ENTITIES",
    Integer "integer", NonPositiveInteger "nonPositiveInteger", NegativeInteger "negativeInteger", Long "long",
    Int "int", Short "short", Byte "byte", NonNegativeInteger "nonNegativeInteger", UnsignedLong "unsignedLong",
    UnsignedInt "unsignedInt", UnsignedShort "unsignedShort", UnsignedByte "unsignedByte",
    PositiveInteger "positiveInteger",
);

impl Builtin {
    /// The type's id in every model.
    pub fn id(self) -> TypeId {
        TypeId(self as u32)
    }

    /// The built-in with that id, if it is one.
    pub fn from_id(id: TypeId) -> Option<Builtin> {
        Builtin::ALL.get(id.index()).copied()
    }
}
