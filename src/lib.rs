//! The gateway: a live database's tables, views and routines as typed SOAP operations.

pub mod command;
pub mod config;
pub mod gateway;
pub mod serve;
pub mod served;
pub mod exchange;

pub mod contract;
pub mod names;
pub mod principal;
pub mod authorise;
pub mod request;
pub mod reply;
pub mod fault;
pub mod changes;
pub mod pages;
pub mod reload;
pub mod sample;
pub mod sample_erp;
pub mod sample_flow;
pub mod telemetry;

pub mod catalog;
pub mod call;
pub mod rows;
pub mod problem;
pub mod database;
pub mod plan;
pub mod run;

pub mod store;
pub mod capture;
pub mod flow;
