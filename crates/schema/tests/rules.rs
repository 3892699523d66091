//! The rules of a schema, one small schema for each: what is reported, where, and by which rule.
//!
//! `rules/cases.txt` holds them: a line `== what it is`, the body of a schema, then `=>` and what is found; nothing after it where
//! the schema is valid. `UPDATE_EXPECT=1` rewrites what is found. Where there is a Java, the JDK judges every case too, and
//! [`CHANGES`] changes of the last one; a difference must be in `rules/known.txt`, each with its reason.

mod jdk;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jdk::{Seed, elements};
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};

const CHANGES: usize = 800;

const HEAD: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:t\" targetNamespace=\"urn:t\" elementFormDefault=\"qualified\">\n";

/// What attributes of a schema become, besides each other's values.
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "2",
    "unbounded",
    "true",
    "false",
    "#all",
    "extension",
    "restriction",
    "substitution",
    "list union",
    "required",
    "optional",
    "prohibited",
    "lax",
    "skip",
    "strict",
    "##any",
    "##other",
    "##local",
    "##targetNamespace",
    "urn:x",
    "qualified",
    "xs:string",
    "xs:int",
    "xs:ID",
    "xs:anyType",
    "xs:anySimpleType",
    "xs:decimal",
    "x",
    "[a-z]+",
    "collapse",
    "EUR",
    "-1",
    "1.5",
];

/// Elements that are put in the place of each other, and attributes that are added.
const NAMES: &[&str] = &[
    "sequence",
    "choice",
    "all",
    "restriction",
    "extension",
    "simpleContent",
    "complexContent",
    "list",
    "union",
    "element",
    "attribute",
    "any",
    "anyAttribute",
    "key",
    "unique",
    "minInclusive",
    "maxExclusive",
    "maxLength",
    "length",
    "pattern",
    "enumeration",
    "totalDigits",
];
const ADDED: &[&str] = &[
    "minOccurs",
    "maxOccurs",
    "use",
    "block",
    "final",
    "abstract",
    "nillable",
    "mixed",
    "fixed",
    "default",
    "type",
    "ref",
    "name",
    "form",
];

struct Case {
    name: String,
    body: String,
    expected: String,
}

fn cases(text: &str) -> Vec<Case> {
    text.split("== ")
        .filter_map(|block| block.split_once('\n'))
        .map(|(name, rest)| {
            let (body, expected) = rest.split_once("=>\n").unwrap_or((rest, ""));
            Case {
                name: name.to_owned(),
                body: body.to_owned(),
                expected: expected.to_owned(),
            }
        })
        .collect()
}

/// Everything that is found in a schema, a line each; and whether it is valid.
fn judge(schema: &str) -> (String, bool) {
    let source = Source::Bytes("case.xsd".to_owned(), schema.as_bytes().to_vec());
    let report = load(&[source], &mut NoFetch, &LoadOptions::default()).report;
    let text = report.to_string();
    let found = text
        .lines()
        .map(|line| line.trim_start_matches("case.xsd:").to_owned() + "\n")
        .collect();
    (found, report.is_valid())
}

#[test]
fn each_rule_is_reported_where_it_is_broken() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules/cases.txt");
    let text = fs::read_to_string(&path).expect("the cases");
    let (mut written, mut wrong) = (String::new(), Vec::new());
    for case in cases(&text) {
        let (found, _) = judge(&format!("{HEAD}{}</xs:schema>", case.body));
        written += &format!("== {}\n{}=>\n{found}", case.name, case.body);
        if found != case.expected {
            wrong.push(format!(
                "{}:\n{found}where this was due:\n{}",
                case.name, case.expected
            ));
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, written).expect("the cases can be written");
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Changes one thing in a schema.
fn mutate(text: &str, seed: &mut Seed) -> String {
    let elements = elements(text);
    // Never the document element.
    let one = &elements[1 + seed.below(elements.len() - 1)];
    let other = &elements[1 + seed.below(elements.len() - 1)];
    let attributes = one.attributes(text);
    let others = other.attributes(text);
    let replace = |from: usize, to: usize, with: &str| [&text[..from], with, &text[to..]].concat();
    let whole = &text[one.start..one.end];
    match seed.below(9) {
        0 => replace(one.start, one.end, ""),
        1 => replace(one.end, one.end, whole),
        2 => replace(one.end, one.end, &text[other.start..other.end]),
        3 => replace(
            one.start,
            one.end,
            &whole.replace(&one.name, &format!("xs:{}", seed.pick(NAMES))),
        ),
        4 if one.end <= other.start => [
            &text[..one.start],
            &text[other.start..other.end],
            &text[one.end..other.start],
            whole,
            &text[other.end..],
        ]
        .concat(),
        5 if !attributes.is_empty() => {
            let (from, to) = *seed.pick(&attributes);
            let name = text[..from - 2].rfind(char::is_whitespace).unwrap_or(from);
            replace(name, to + 1, "")
        }
        6 => {
            let at = one.start + 1 + one.name.len();
            replace(
                at,
                at,
                &format!(" {}=\"{}\"", seed.pick(ADDED), seed.pick(VALUES)),
            )
        }
        7 if !attributes.is_empty() && !others.is_empty() => {
            let ((from, to), (start, end)) = (*seed.pick(&attributes), *seed.pick(&others));
            replace(from, to, &text[start..end])
        }
        _ if !attributes.is_empty() => {
            let (from, to) = *seed.pick(&attributes);
            replace(from, to, seed.pick::<&str>(VALUES))
        }
        _ => replace(one.start, one.end, ""),
    }
}

#[test]
fn agrees_with_the_jdk_on_each_case_and_on_changed_schemas() {
    if !jdk::is_there() {
        eprintln!("skipped: there is no java");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../target/rules");
    fs::create_dir_all(&folder).expect("target is writable");
    let text = fs::read_to_string(root.join("tests/rules/cases.txt")).expect("the cases");
    let cases = cases(&text);
    let mut schemas: Vec<(String, String)> = cases
        .iter()
        .map(|case| {
            (
                case.name.clone(),
                format!("{HEAD}{}</xs:schema>", case.body),
            )
        })
        .collect();
    let mut seed = Seed(7);
    let original = schemas.last().expect("a case").1.clone();
    for number in 0..CHANGES {
        schemas.push((format!("change {number}"), mutate(&original, &mut seed)));
    }
    let mut asked = String::new();
    for (index, (_, schema)) in schemas.iter().enumerate() {
        let path = folder.join(format!("{index}.xsd"));
        fs::write(&path, schema).expect("target is writable");
        asked += &format!("{}\n", path.display());
    }
    let verdicts = jdk::verdicts(asked);
    assert_eq!(
        verdicts.len(),
        schemas.len(),
        "the JDK gives a verdict on each"
    );
    let known = jdk::known(&root.join("tests/rules/known.txt"));
    let (mut wrong, mut valid, mut differing) = (Vec::new(), 0, BTreeSet::new());
    for ((name, schema), verdict) in schemas.iter().zip(&verdicts) {
        let (found, is_valid) = judge(schema);
        valid += usize::from(is_valid);
        let differs = is_valid != (verdict == "valid");
        if differs {
            differing.insert(name.as_str());
        }
        if differs && !known.contains(name) {
            wrong.push(format!("{name}: the JDK says {verdict}, we say {found:?}"));
        }
    }
    let gone = known
        .iter()
        .filter(|name| !differing.contains(name.as_str()));
    wrong.extend(gone.map(|name| format!("{name} is listed, but there is no difference")));
    eprintln!("{} schemas, {valid} of them valid", schemas.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
