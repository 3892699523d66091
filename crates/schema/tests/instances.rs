//! Instances at the corners of the rules: small schemas, each with documents that are valid and documents that are not.
//!
//! `instances/cases.txt` holds them: a line `== what it is`, the body of a schema, then for each document a line `=> valid` or
//! `=> invalid RULE` and the document, where `@` stands for the declarations of its namespaces. Where there is a Java, the JDK
//! judges each too; a difference must be in `instances/known.txt`, with its reason.

mod jdk;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use soapstone::xml::{self, Reader};
use soapstone_schema::load::{LoadOptions, NoFetch, Source, load};
use soapstone_schema::validate::{Options, Validator};

const HEAD: &str = "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:t\" xmlns:t=\"urn:t\" targetNamespace=\"urn:t\" elementFormDefault=\"qualified\">\n";
const SPACES: &str = " xmlns=\"urn:t\" xmlns:t=\"urn:t\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

struct Case {
    name: String,
    body: String,
    /// What is expected of each document, and the document as written.
    documents: Vec<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    text.split("== ")
        .filter_map(|block| block.split_once('\n'))
        .map(|(name, rest)| {
            let mut parts = rest.split("=> ");
            let body = parts.next().unwrap_or_default().to_owned();
            let documents = parts
                .filter_map(|part| part.split_once('\n'))
                .map(|(expected, document)| (expected.to_owned(), document.to_owned()))
                .collect();
            Case {
                name: name.to_owned(),
                body,
                documents,
            }
        })
        .collect()
}

fn schema(case: &Case) -> String {
    format!("{HEAD}{}</xs:schema>", case.body)
}

fn validator(case: &Case) -> Validator {
    let source = Source::Bytes("case.xsd".to_owned(), schema(case).into_bytes());
    let loaded = load(&[source], &mut NoFetch, &LoadOptions::default());
    let report = loaded.report;
    assert!(report.is_valid(), "{}: {report}", case.name);
    Validator::new(Arc::new(loaded.contract))
}

fn document(written: &str) -> String {
    written.trim().replacen('@', SPACES, 1)
}

fn judge(validator: &Validator, written: &str) -> String {
    let text = document(written);
    let mut reader = Reader::new(&text, &xml::Options::document());
    match validator.validate(&mut reader, &Options::collect(), &mut ()) {
        Ok(()) => "valid".to_owned(),
        Err(violations) => format!("invalid {}", violations[0].rule),
    }
}

#[test]
fn each_document_is_judged_by_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/instances/cases.txt");
    let text = fs::read_to_string(&path).expect("the cases");
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let (mut rewritten, mut wrong) = (String::new(), Vec::new());
    for case in cases(&text) {
        let validator = validator(&case);
        rewritten += &format!("== {}\n{}", case.name, case.body);
        for (expected, written) in &case.documents {
            let found = judge(&validator, written);
            rewritten += &format!("=> {found}\n{written}");
            // The name of the rule may be taken over, a verdict never.
            let same = match update {
                true => (found == "valid") == (expected == "valid"),
                false => found == *expected,
            };
            if !same {
                let document = written.trim();
                wrong.push(format!(
                    "{}: {document} is {found}, not {expected}",
                    case.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if update {
        fs::write(&path, rewritten).expect("the cases can be written");
    }
}

#[test]
fn agrees_with_the_jdk_on_each_document() {
    if !jdk::is_there() {
        eprintln!("skipped: there is no java");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../../target/instances");
    fs::create_dir_all(&folder).expect("target is writable");
    let text = fs::read_to_string(root.join("tests/instances/cases.txt")).expect("the cases");
    let (mut asked, mut ours) = (String::new(), Vec::new());
    for (number, case) in cases(&text).iter().enumerate() {
        let path = folder.join(format!("{number}.xsd"));
        fs::write(&path, schema(case)).expect("target is writable");
        let validator = validator(case);
        for (index, (_, written)) in case.documents.iter().enumerate() {
            let instance = folder.join(format!("{number}-{index}.xml"));
            fs::write(&instance, document(written)).expect("target is writable");
            asked += &format!("{}\t{}\n", path.display(), instance.display());
            let valid = judge(&validator, written) == "valid";
            ours.push((format!("{}: {}", case.name, written.trim()), valid));
        }
    }
    let verdicts = jdk::verdicts(asked);
    assert_eq!(verdicts.len(), ours.len(), "a verdict on each");
    let known = jdk::known(&root.join("tests/instances/known.txt"));
    let mut differing = BTreeSet::new();
    for ((name, valid), verdict) in ours.iter().zip(&verdicts) {
        if *valid != (verdict == "valid") {
            differing.insert(name.clone());
        }
    }
    let found: Vec<&String> = differing.symmetric_difference(&known).collect();
    assert!(
        found.is_empty(),
        "differences, or none any more: {found:#?}"
    );
}
