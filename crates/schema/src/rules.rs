//! The constraints on schema components (XSD 1.0 part 1, chapter 3) that need the resolved model: what makes a schema
//! invalid although each of its documents reads well. Nothing here looks at instances.

pub(crate) mod derivation;
