//! The gateway: a live database's tables, views and routines as typed SOAP operations.

pub mod command;
pub mod config;
pub mod exchange;
pub mod gateway;
pub mod serve;
pub mod served;
pub mod steering;

pub mod authorise;
pub mod body;
pub mod changes;
pub mod contract;
pub mod fault;
pub mod names;
pub mod pages;
pub mod principal;
pub mod reload;
pub mod reply;
pub mod request;
pub mod sample;
pub mod sample_flow;
pub mod telemetry;

pub mod call;
pub mod catalog;
pub mod database;
pub mod plan;
pub mod problem;
pub mod rows;
pub mod run;

pub mod capture;
pub mod flow;
pub mod store;
