//! The JDK's validator as a judge, and what changes documents for it.

#![allow(dead_code, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use soapstone::xml::{self, Event, Reader};

/// Tells whether a Java can be started.
pub(crate) fn is_there() -> bool {
    Command::new("java")
        .arg("-version")
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// The verdicts on lines as `Judge.java` reads them.
pub(crate) fn verdicts(lines: String) -> Vec<String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jdk/Judge.java");
    let mut java = Command::new("java")
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("java starts");
    let mut input = java.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let out = java.wait_with_output().expect("java ends");
    writer.join().expect("no panic").expect("java reads");
    String::from_utf8_lossy(&out.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The names in a list of known differences.
pub(crate) fn known(list: &Path) -> BTreeSet<String> {
    fs::read_to_string(list)
        .expect("the list")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').next())
        .map(str::to_owned)
        .collect()
}

/// An element of a document: where it, its start tag, its end tag and it as a whole begin and end, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    pub(crate) start: usize,
    pub(crate) open: usize,
    pub(crate) close: usize,
    pub(crate) end: usize,
    pub(crate) name: String,
}

impl Element {
    /// Where the values of its attributes begin and end.
    pub(crate) fn attributes(&self, text: &str) -> Vec<(usize, usize)> {
        let tag = &text[self.start..self.open];
        tag.match_indices("=\"")
            .filter_map(|(at, _)| {
                let start = self.start + at + 2;
                Some((start, start + text[start..].find('"')?))
            })
            .collect()
    }
}

/// Finds the elements of a document, in document order.
pub(crate) fn elements(text: &str) -> Vec<Element> {
    let mut reader = Reader::new(text, &xml::Options::document());
    let (mut found, mut path): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    loop {
        match reader.next().expect("the original is well-formed") {
            Event::Start(tag) => {
                let name = if tag.prefix.is_empty() {
                    tag.local.to_owned()
                } else {
                    format!("{}:{}", tag.prefix, tag.local)
                };
                let (start, open) = (reader.offset(), reader.end_offset());
                found.push(Element {
                    start,
                    open,
                    close: open,
                    end: open,
                    name,
                });
                path.push(found.len() - 1);
            }
            Event::End(_) => {
                if let Some(element) = path.pop().and_then(|index| found.get_mut(index)) {
                    element.end = reader.end_offset();
                    element.close = if element.end > element.open {
                        reader.offset()
                    } else {
                        element.open
                    };
                }
            }
            Event::Text(_) => {}
            Event::Eof => return found,
        }
    }
}

/// Numbers that are the same in every run.
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound.max(1)
    }

    pub(crate) fn pick<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }
}
