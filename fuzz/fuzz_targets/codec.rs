//! Any text to the generated reader of any golden: nothing panics; the document and the same written otherwise, so that it takes
//! the general path, read as one value or are both refused; what is read is the same value after writing.
#![no_main]
#![allow(dead_code)]

#[path = "../../codegen/tests/program/check.rs"]
mod check;

use check::{Chance, both_ways, written_back};
use libfuzzer_sys::fuzz_target;
use soapstone::codec::{Element, Type};

include!(concat!(env!("OUT_DIR"), "/cases.rs"));

fn problem<T: Type + PartialEq + std::fmt::Debug>(element: Element<T>, text: &str) -> Option<String> {
    let mut chance = Chance(text.len() as u64 + 0x9E37_79B9_7F4A_7C15);
    both_ways(element, text, &mut chance).or_else(|| written_back(element, text))
}

fuzz_target!(|bytes: &[u8]| {
    let Some((case, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Some(problem) = problem_of(*case, text) {
        panic!("{problem}");
    }
});
