//! Capture, the flow state and the flow engine on real databases: SQLite always, PostgreSQL and MySQL where
//! `SOAPSTONE_TEST_POSTGRES` and `SOAPSTONE_TEST_MYSQL` name a server (`tests/run` starts them).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod breaking;
mod capture;
mod engine;
mod ground;
mod replacing;
mod shared;
mod stage;
