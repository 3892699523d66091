//! What xsd-parser makes of the contract; it reads decimals into floats.

#[allow(missing_docs, clippy::all, dead_code, unused_imports)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/xsd_parser.rs"));
}

use xsd_parser_types::quick_xml::{DeserializeSync, SerializeSync, SliceReader, Writer};

/// `SubmitOrder`
pub type Order = generated::SubmitOrder;
/// `ListedOrder`
pub type Listed = generated::ListedOrder;

/// Reads a document.
pub fn read<'a, T: DeserializeSync<'a, SliceReader<'a>>>(text: &'a str) -> Option<T> {
    T::deserialize(&mut SliceReader::new(text)).ok()
}

/// Writes a document.
pub fn write<T: SerializeSync>(value: &T, name: &str, out: &mut Vec<u8>) -> Option<()> {
    value.serialize(name, &mut Writer::new(out)).ok()
}
