//! Catalogs, plans and their runs against real servers. `tests/run` starts them; without their URLs only SQLite is tested.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[path = "database/place.rs"]
mod place;

#[path = "database/failing.rs"]
mod failing;
#[path = "database/nasty.rs"]
mod nasty;
#[path = "database/reading.rs"]
mod reading;
#[path = "database/writing.rs"]
mod writing;
