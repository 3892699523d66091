//! The gateway: a live database's tables, views and routines as typed SOAP operations.

pub mod command;
pub mod config;
pub mod contract;
pub mod fault;
pub mod names;
pub mod principal;
pub mod reply;
pub mod request;

pub mod catalog;
pub mod call;
pub mod rows;
pub mod problem;
pub mod database;

pub mod store;
pub mod capture;
pub mod plan;
pub mod flow;
pub mod run;
