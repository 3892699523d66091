//! Typed reading and writing of one contract by every codec, side by side: MB/s of XML, the best of many rounds, and what one
//! read allocates. Every reader but the measuring stick and ours skips some of the checks; ours has all limits on.
//!
//! `gsoap/build` first, for gSOAP to take part; `--features peers` for the derives that are slow to build. Arguments narrow the
//! run: a size, a style, a codec, a direction (`codec large compact soapstone in`); one codec alone runs ten times as long, as for
//! a profile.

use std::process::Command;

use orders::orders::element;
use soapstone::codec::{ByteString, Element, Type};
use soapstone_bench::allocations::{Counting, count};
use soapstone_bench::document::{Style, order};
use soapstone_bench::{Candidate, measure, peer};

#[allow(dead_code, missing_docs)]
mod orders {
    soapstone::include_contract!("orders");
}

#[allow(dead_code, missing_docs)]
mod orders_shared {
    soapstone::include_contract!("orders_shared");
}

#[global_allocator]
static COUNTING: Counting = Counting;

const SIZES: [(&str, usize, usize); 3] =
    [("small", 1, 300), ("medium", 10, 300), ("large", 1000, 150)];

fn main() {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |at: usize, name: &str| {
        only.get(at)
            .is_none_or(|only| name.starts_with(only.as_str()))
    };
    for (size, lines, rounds) in SIZES {
        for (name, style) in Style::ALL {
            if !is_asked(0, size) || !is_asked(1, name) {
                continue;
            }
            let text = order(lines, style);
            let (mut read, mut write) = match style {
                Style::Attributes => (listed_readers(&text), listed_writers(&text)),
                Style::Shuffled => (listed_readers(&text), Vec::new()),
                Style::Nil => {
                    let nil = &element::OPEN_ORDER;
                    let readers = entry_readers(&text, nil, |order| order.entry.len());
                    (readers, entry_writers(&text, nil))
                }
                Style::Priced => {
                    let priced = &element::PRICED_ORDER;
                    let readers = entry_readers(&text, priced, |order| order.entry.len());
                    (readers, entry_writers(&text, priced))
                }
                Style::Wide => {
                    let wide = &element::WIDE_ORDER;
                    let readers = entry_readers(&text, wide, |order| order.entry.len());
                    (readers, entry_writers(&text, wide))
                }
                Style::Compact => (readers(&text, style), writers(&text)),
                _ => (readers(&text, style), Vec::new()),
            };
            let rounds = if only.len() < 3 { rounds } else { 10 * rounds };
            for (direction, candidates) in [("in", &mut read), ("out", &mut write)] {
                candidates.retain(|(name, _)| is_asked(2, name) && is_asked(3, direction));
                if !candidates.is_empty() {
                    println!("\n{direction}, {size}, {name}, {} bytes", text.len());
                    report(&text, rounds, candidates, direction == "in", only.len() < 3);
                }
            }
        }
    }
}

fn readers(text: &str, style: Style) -> Vec<Candidate<'_>> {
    let value = element::SUBMIT_ORDER.read(text).expect("ours reads it");
    let shared = ByteString::from(text);
    #[allow(unused_mut)]
    let mut all: Vec<Candidate<'_>> = vec![
        (
            "soapstone",
            Box::new(|| {
                element::SUBMIT_ORDER
                    .read(text)
                    .map_or(0, |order| order.line.len())
            }),
        ),
        (
            "soapstone, shared",
            Box::new(move || {
                orders_shared::orders::element::SUBMIT_ORDER
                    .read_shared(&shared)
                    .map_or(0, |order| order.line.len())
            }),
        ),
        (
            "quick-xml events",
            Box::new(|| peer::events::read(text).map_or(0, |order| order.line.len())),
        ),
        (
            "quick-xml serde",
            Box::new(|| {
                quick_xml::de::from_str::<peer::serde::Order>(text)
                    .map_or(0, |order| order.line.len())
            }),
        ),
    ];
    if !matches!(
        style,
        Style::Worst | Style::Declared | Style::Typed | Style::Windows
    ) {
        all.push((
            "measuring stick",
            Box::new(|| peer::stick::read(text).map_or(0, |order| order.line.len())),
        ));
        #[cfg(feature = "peers")]
        {
            all.push((
                "instant-xml",
                Box::new(|| {
                    instant_xml::from_str::<peer::instant::Order>(text)
                        .map_or(0, |order| order.line.len())
                }),
            ));
            all.push((
                "yaserde",
                Box::new(|| {
                    yaserde::de::from_str::<peer::ya::Order>(text)
                        .map_or(0, |order| order.line.len())
                }),
            ));
        }
    }
    #[cfg(feature = "peers")]
    all.push((
        "xsd-parser",
        Box::new(|| {
            peer::xsd_parser::read::<peer::xsd_parser::Order>(text)
                .map_or(0, |order| order.line.len())
        }),
    ));
    agree(value.line.len(), all)
}

fn listed_readers(text: &str) -> Vec<Candidate<'_>> {
    let value = element::LISTED_ORDER.read(text).expect("ours reads it");
    #[allow(unused_mut)]
    let mut all: Vec<Candidate<'_>> = vec![
        (
            "soapstone",
            Box::new(|| {
                element::LISTED_ORDER
                    .read(text)
                    .map_or(0, |order| order.entry.len())
            }),
        ),
        (
            "quick-xml events",
            Box::new(|| peer::events::read(text).map_or(0, |order| order.line.len())),
        ),
        (
            "quick-xml serde",
            Box::new(|| {
                quick_xml::de::from_str::<peer::serde::Listed>(text)
                    .map_or(0, |order| order.entry.len())
            }),
        ),
    ];
    #[cfg(feature = "peers")]
    all.push((
        "xsd-parser",
        Box::new(|| {
            peer::xsd_parser::read::<peer::xsd_parser::Listed>(text)
                .map_or(0, |order| order.entry.len())
        }),
    ));
    agree(value.entry.len(), all)
}

fn entry_readers<'t, T: Type + 'static>(
    text: &'t str,
    element: &'static Element<T>,
    entries: fn(&T) -> usize,
) -> Vec<Candidate<'t>> {
    let value = element.read(text).expect("ours reads it");
    let all: Vec<Candidate<'_>> = vec![
        (
            "soapstone",
            Box::new(move || element.read(text).as_ref().map_or(0, entries)),
        ),
        (
            "quick-xml events",
            Box::new(|| peer::events::read(text).map_or(0, |order| order.line.len())),
        ),
    ];
    agree(entries(&value), all)
}

/// Leaves out who cannot read the document, and says so.
fn agree(lines: usize, all: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    all.into_iter()
        .filter_map(|(name, mut run)| {
            let read = run();
            if read != lines {
                println!("  {name:20} reads {read} lines of {lines}: left out");
            }
            (read == lines).then_some((name, run))
        })
        .collect()
}

fn writers(text: &str) -> Vec<Candidate<'_>> {
    let value = element::SUBMIT_ORDER.read(text).expect("ours reads it");
    let events = peer::events::read(text).expect("events read it");
    let serde: peer::serde::Order = quick_xml::de::from_str(text).expect("serde reads it");
    let mut out = Vec::with_capacity(2 * text.len());
    let mut bytes = Vec::with_capacity(2 * text.len());
    let mut room = String::with_capacity(2 * text.len());
    #[allow(unused_mut)]
    let mut all: Vec<Candidate<'_>> = vec![
        (
            "soapstone",
            Box::new(move || {
                out.clear();
                out = element::SUBMIT_ORDER
                    .write_bytes(&value, std::mem::take(&mut out))
                    .unwrap_or_default();
                out.len()
            }),
        ),
        (
            "quick-xml writer",
            Box::new(move || {
                bytes.clear();
                peer::events::write(&events, &mut bytes).map_or(0, |()| bytes.len())
            }),
        ),
        (
            "quick-xml serde",
            Box::new(move || {
                room.clear();
                quick_xml::se::to_writer(&mut room, &serde).map_or(0, |_| room.len())
            }),
        ),
    ];
    #[cfg(feature = "peers")]
    {
        let instant: peer::instant::Order =
            instant_xml::from_str(text).expect("instant-xml reads it");
        all.push((
            "instant-xml",
            Box::new(move || instant_xml::to_string(&instant).map_or(0, |out| out.len())),
        ));
        let ya: peer::ya::Order = yaserde::de::from_str(text).expect("yaserde reads it");
        all.push((
            "yaserde",
            Box::new(move || yaserde::ser::to_string(&ya).map_or(0, |out| out.len())),
        ));
        let value: peer::xsd_parser::Order =
            peer::xsd_parser::read(text).expect("xsd-parser reads it");
        let mut bytes = Vec::with_capacity(2 * text.len());
        all.push((
            "xsd-parser",
            Box::new(move || {
                bytes.clear();
                peer::xsd_parser::write(&value, "o:SubmitOrder", &mut bytes)
                    .map_or(0, |()| bytes.len())
            }),
        ));
    }
    all
}

fn listed_writers(text: &str) -> Vec<Candidate<'_>> {
    let value = element::LISTED_ORDER.read(text).expect("ours reads it");
    let serde: peer::serde::Listed = quick_xml::de::from_str(text).expect("serde reads it");
    let mut out = Vec::with_capacity(2 * text.len());
    let mut room = String::with_capacity(2 * text.len());
    vec![
        (
            "soapstone",
            Box::new(move || {
                out.clear();
                out = element::LISTED_ORDER
                    .write_bytes(&value, std::mem::take(&mut out))
                    .unwrap_or_default();
                out.len()
            }),
        ),
        (
            "quick-xml serde",
            Box::new(move || {
                room.clear();
                quick_xml::se::to_writer(&mut room, &serde).map_or(0, |_| room.len())
            }),
        ),
    ]
}

fn entry_writers<T: Type + 'static>(
    text: &str,
    element: &'static Element<T>,
) -> Vec<Candidate<'static>> {
    let value = element.read(text).expect("ours reads it");
    let mut out = Vec::with_capacity(2 * text.len());
    let write = move || {
        out.clear();
        out = element
            .write_bytes(&value, std::mem::take(&mut out))
            .unwrap_or_default();
        out.len()
    };
    vec![("soapstone", Box::new(write))]
}

/// Measures the candidates, gSOAP before and after, and prints each with its share of ours.
fn report(text: &str, rounds: usize, candidates: &mut [Candidate<'_>], reads: bool, beside: bool) {
    let before = beside.then(|| gsoap(text, rounds)).flatten();
    let lengths: Vec<usize> = candidates.iter_mut().map(|(_, run)| run()).collect();
    let mut figures = measure(text.len(), rounds, candidates);
    if !reads {
        // Each writes its own amount.
        for (figure, length) in figures.iter_mut().zip(&lengths) {
            *figure *= *length as f64 / text.len() as f64;
        }
    }
    let after = beside.then(|| gsoap(text, rounds)).flatten();
    let Some(ours) = figures.first().copied() else {
        return;
    };
    for ((name, run), figure) in candidates.iter_mut().zip(&figures) {
        print!(
            "  {name:20}{figure:8.0} MB/s   ours is {:6.2} times",
            ours / figure
        );
        if reads {
            print!("{:10} allocations", count(run));
        }
        println!();
    }
    if let (Some(before), Some(after)) = (before, after) {
        let direction = usize::from(!reads);
        let figure = before[direction].max(after[direction]);
        print!(
            "  {:20}{figure:8.0} MB/s   ours is {:6.2} times",
            "gSOAP",
            ours / figure
        );
        if reads {
            print!("{:10.0} allocations", after[2]);
        }
        println!();
    }
}

/// Runs gSOAP's program on a document: MB/s in, MB/s out, allocations of a read; nothing where it was not built.
fn gsoap(text: &str, rounds: usize) -> Option<[f64; 3]> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/gsoap");
    let document = format!("{folder}/document.xml");
    std::fs::write(&document, text).ok()?;
    let rounds = (rounds * (200_000 / text.len()).max(1)).to_string();
    let output = Command::new(format!("{folder}/codec"))
        .args([document, rounds])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut figures = text.split_whitespace().filter_map(|word| word.parse().ok());
    Some([figures.next()?, figures.next()?, figures.next()?])
}
