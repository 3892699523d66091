//! `soapstone hash-password`: the argon2 hash that a user's `password_hash` holds.

use std::io::Read;

use clap::Args;

use super::{Failure, print};
use crate::principal;

/// Print the argon2 hash of a password read from standard input, for `password_hash` in the configuration.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  printf '%s' 'correct horse' | soapstone hash-password")]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments) -> Result<(), Failure> {
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .map_err(Failure::new)?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::new("no password on standard input"));
    }
    let hash = principal::hash(password).map_err(|error| Failure::of(&error))?;
    print(&format!("{hash}\n"))
}
