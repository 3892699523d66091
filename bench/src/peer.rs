//! The codecs beside ours, each as one writes it who uses that library for the contract.

pub mod events;
pub mod serde;
pub mod stick;

#[cfg(feature = "peers")]
pub mod instant;
#[cfg(feature = "peers")]
pub mod xsd_parser;
#[cfg(feature = "peers")]
pub mod ya;
