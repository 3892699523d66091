//! Server traits, routers and clients.

use super::File;
use crate::item::Package;

pub(super) fn emit(_package: &Package) -> Vec<File> {
    Vec::new()
}

pub(super) fn modules(_package: &Package) -> String {
    String::new()
}
