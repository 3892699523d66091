//! Valid documents with one thing changed: our verdicts beside those of the JDK's validator.
//!
//! The changes come from a seed, so that a case has the same name in every run. `mutations/known.txt` lists the cases where
//! the verdicts differ, each with its reason; another difference fails the test, and so does one that is gone.

mod jdk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jdk::{Element, Seed, elements};
use soapstone::xml::{self, Reader};
use soapstone_schema::load::load_files;
use soapstone_schema::validate::{Options, Validator};

const CHANGES: usize = 600;

/// What texts and attribute values become.
const VALUES: &[&str] = &[
    "",
    " ",
    "x",
    "0",
    "1",
    "-1",
    "+07",
    "1.5",
    "1.50",
    "1e3",
    "INF",
    "NaN",
    "true",
    "abc",
    "abcd",
    "a b",
    "1 2 3",
    "99999999999",
    "2026-02-03",
    "2026-02-30",
    "2026-02-03Z",
    "2026-02-03T04:05:06",
    "2026-02-03T24:00:00",
    "2026-02-03T24:00:01",
    "-0001-01-01",
    "P1Y2M",
    "P",
    "PT1.5S",
    "0aFF",
    "0aF",
    "aGk=",
    "aGk",
    "xs:int",
    "no:int",
    "en-GB",
    "\u{e9}",
    "r1",
    "r9",
    "1:2",
    " 7 ",
    "380",
];

/// Changes one thing.
fn mutate(text: &str, elements: &[Element], seed: &mut Seed) -> String {
    let one = seed.pick(elements).clone();
    let other = seed.pick(elements).clone();
    let value = *seed.pick(VALUES);
    let replace = |from: usize, to: usize, with: &str| [&text[..from], with, &text[to..]].concat();
    let tag = &text[one.start..one.open];
    let empty = tag.ends_with("/>");
    let attributes = one.attributes(text);
    match seed.below(12) {
        0 => replace(one.start, one.end, ""),
        1 => replace(one.end, one.end, &text[one.start..one.end]),
        2 => replace(one.end, one.end, &text[other.start..other.end]),
        3 if !empty => replace(
            one.start,
            one.end,
            &text[one.start..one.end].replace(&one.name, &other.name),
        ),
        4 if one.end <= other.start => [
            &text[..one.start],
            &text[other.start..other.end],
            &text[one.end..other.start],
            &text[one.start..one.end],
            &text[other.end..],
        ]
        .concat(),
        5 | 6 if !empty => replace(one.open, one.close, value),
        7 if !attributes.is_empty() => {
            let (from, to) = *seed.pick(&attributes);
            replace(from, to, value)
        }
        8 if !attributes.is_empty() => {
            let (from, to) = *seed.pick(&attributes);
            let name = text[..from - 2].rfind(char::is_whitespace).unwrap_or(from);
            replace(name, to + 1, "")
        }
        9 => {
            let added = *seed.pick(&[
                " extra=\"1\"",
                " xsi:nil=\"true\"",
                " xsi:nil=\"0\"",
                " xsi:type=\"xs:int\"",
                " xsi:type=\"Circle\"",
                " xml:lang=\"en\"",
                " xsi:type=\"xs:anyType\"",
                " key=\"1.0\"",
                " id=\"r1\"",
                " unit=\"g\"",
            ]);
            let at = one.start + 1 + one.name.len();
            let declared = if text.contains("xmlns:xsi") {
                String::new()
            } else {
                " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"".to_owned()
            };
            replace(at, at, &format!("{declared}{added}"))
        }
        10 => replace(one.start, one.start, "text"),
        _ if !empty => replace(one.close, one.close, value),
        _ => replace(one.start, one.end, ""),
    }
}

fn ours(validator: &Validator, text: &str) -> Result<(), String> {
    let mut reader = Reader::new(text, &xml::Options::document());
    validator
        .validate(&mut reader, &Options::first(), &mut ())
        .map_err(|violations| violations[0].to_string())
}

/// The schemas of a document; UBL's are put together from two projects of the corpus.
fn schemas(name: &str, root: &Path) -> Option<Vec<PathBuf>> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let files = match name {
        "features" => vec![tests.join("features.xsd")],
        "order" => vec![root.join("../shared/perf/contract/orders.xsd")],
        _ => {
            let corpus = root.join("../shared/corpus");
            let crane = corpus.join("oasis-tcs+ubl/utilities/Crane-gc2obdndr-20210607-1250z");
            let ubl = "phax+ph-ubl/ph-ubl21/src/main/resources/external/schemas/ubl21/maindoc/UBL-Invoice-2.1.xsd";
            vec![
                crane.join("bde/xsdrt/common/CCTS_CCT_SchemaModule-1.1.xsd"),
                crane.join("ubl/xsdrt/common/UBL-xmldsig-core-schema-2.1.xsd"),
                corpus.join(ubl),
            ]
        }
    };
    files.iter().all(|file| file.exists()).then_some(files)
}

#[test]
fn agrees_with_the_jdk_on_changed_documents() {
    if !jdk::is_there() {
        eprintln!("skipped: there is no java");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let folder = root.join("target/mutations");
    fs::create_dir_all(&folder).expect("target is writable");
    let mut cases = BTreeMap::new();
    let mut lines = String::new();
    for name in ["features", "order", "invoice"] {
        let Some(files) = schemas(name, &root) else {
            eprintln!("skipped {name}: its schemas are not there");
            continue;
        };
        let loaded = load_files(&files);
        assert!(loaded.report.is_valid(), "{}", loaded.report);
        let validator = Validator::new(Arc::new(loaded.contract));
        let text = fs::read_to_string(tests.join(format!("{name}.xml"))).expect("the original");
        ours(&validator, &text).expect("the original is valid");
        let elements = elements(&text);
        let mut seed = Seed(42);
        let mut seen = BTreeSet::new();
        for number in 0..CHANGES {
            let changed = mutate(&text, &elements, &mut seed);
            if !seen.insert(changed.clone()) {
                continue;
            }
            let path = folder.join(format!("{name}-{number}.xml"));
            fs::write(&path, &changed).expect("target is writable");
            let schemas: Vec<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            lines += &format!("{}\t{}\n", schemas.join(";"), path.display());
            cases.insert(
                cases.len(),
                (format!("{name} {number}"), ours(&validator, &changed)),
            );
        }
    }
    let verdicts = jdk::verdicts(lines);
    assert_eq!(
        verdicts.len(),
        cases.len(),
        "the JDK gives a verdict on each"
    );
    let known = jdk::known(&tests.join("known.txt"));
    let mut wrong = Vec::new();
    let mut valid = 0;
    for (index, (case, ours)) in &cases {
        valid += usize::from(ours.is_ok());
        let differs = ours.is_ok() != (verdicts[*index] == "valid");
        if differs != known.contains(case) {
            wrong.push(format!(
                "{case}: the JDK says {}, we say {ours:?}",
                verdicts[*index]
            ));
        }
    }
    eprintln!("{} changed documents, {valid} of them valid", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
