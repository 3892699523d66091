//! Catalogs, plans and their runs against real servers. `tests/run` starts them; without their URLs only SQLite is tested.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "database/place.rs"]
mod place;

#[path = "database/shop.rs"]
mod shop;

#[path = "database/failing.rs"]
mod failing;
#[path = "database/keys.rs"]
mod keys;
#[path = "database/mysql.rs"]
mod mysql;
#[path = "database/naming.rs"]
mod naming;
#[path = "database/nasty.rs"]
mod nasty;
#[path = "database/odd.rs"]
mod odd;
#[path = "database/reading.rs"]
mod reading;
#[path = "database/routines.rs"]
mod routines;
#[path = "database/together.rs"]
mod together;
#[path = "database/views.rs"]
mod views;
#[path = "database/writing.rs"]
mod writing;
