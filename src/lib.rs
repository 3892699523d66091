//! The gateway: a live database's tables, views and routines as typed SOAP operations.

pub mod command;
pub mod config;
pub mod names;
pub mod principal;
