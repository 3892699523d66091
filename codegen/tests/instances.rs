//! Nothing is lost: documents made by a contract's schemas, at the extremes of every facet, are read by the generated code,
//! written again, and mean the same; documents with one thing wrong are refused. The same values go through JSON, which
//! must be the schema processor's. The judges are the schema processor and,
//! where the contract is plain XSD, the JDK's validator.
//!
//! `instances/contracts.txt` lists the contracts of every run, and `instances/known.txt` where generated code and the
//! judges differ, with the reason. `SOAPSTONE_INSTANCES=FILE…` (separated by `:`) takes other contracts instead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "instances/make.rs"]
mod make;
#[path = "instances/same.rs"]
mod same;
#[path = "instances/spoil.rs"]
mod spoil;
#[path = "instances/values.rs"]
mod values;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use soapstone::xml;
use soapstone_codegen::{File, Options, generate_files, write_crate};
use soapstone_schema::load::load_files;
use soapstone_schema::validate::{Expect, Validator};
use soapstone_schema::value::{Root, Values};

use make::{Maker, Plan};

/// How many documents are made of each global element, and how many of them are spoiled.
const DOCUMENTS: usize = 24;
const SPOILED: usize = 36;
/// How many documents a contract has in all.
const MOST: usize = 900;

const SOAP_ENCODING: &str = "http://schemas.xmlsoap.org/soap/encoding/";

/// The program around the generated code: a line `contract<tab>element<tab>file` in, a verdict out.
const MAIN: &str = r#"
use instances as made;
use soapstone::codec::{Element, Type};
use soapstone::json::Json;
use std::io::BufRead;

type Verdict = Result<String, String>;

fn attempt<T: Type + Json + std::fmt::Debug>(element: Element<T>, name: &str, text: &str) -> Option<Verdict> {
    (element.name().to_string() == name).then(|| round(element, text))
}

fn round<T: Type + Json + std::fmt::Debug>(element: Element<T>, text: &str) -> Verdict {
    let value = element.read(text).map_err(|error| error.to_string())?;
    let written = element.write(&value).map_err(|error| format!("!{error}"))?;
    let json = soapstone::json::to_value(&value).map_err(|error| format!("!no JSON: {error}"))?;
    let back: T = soapstone::json::from_value(&json).map_err(|error| format!("!JSON: {error} in {json}"))?;
    let returned = element.write(&back).map_err(|error| format!("!{error}"))?;
    match element.read(&written) {
        Ok(again) if format!("{again:?}") == format!("{value:?}") => Ok(format!("{written}\u{1}{returned}\u{1}{json}")),
        Ok(_) => Err(format!("!another value after writing: {written}")),
        Err(error) => Err(format!("!{error} after writing: {written}")),
    }
}

fn main() {
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let mut columns = line.split('\t');
        let (contract, name, path) = (columns.next().unwrap(), columns.next().unwrap(), columns.next().unwrap());
        let text = std::fs::read_to_string(path).unwrap();
        match attempt_in(contract, name, &text) {
            None => println!("none"),
            Some(Err(why)) => println!("refused\t{}", why.replace(['\n', '\t', '\r'], " ")),
            Some(Ok(all)) => {
                // A character that stands in no XML and no JSON.
                for (text, kind) in all.split('\u{1}').zip(["again", "returned", "json"]) {
                    std::fs::write(format!("{path}.{kind}"), text).unwrap();
                }
                println!("read");
            }
        }
    }
}
"#;

/// One document with the verdicts on it.
struct Case {
    name: String,
    contract: usize,
    element: String,
    path: PathBuf,
    /// Why the schema processor refuses it, if it does.
    refused: Option<String>,
}

struct Contract {
    path: PathBuf,
    values: Values,
}

#[test]
fn what_is_read_is_written_the_same_and_what_is_wrong_is_refused() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/instances");
    let out = root.join("target/instances");
    let documents = out.join("documents");
    let _ = fs::remove_dir_all(&documents);
    fs::create_dir_all(&documents).unwrap();
    let asked = std::env::var("SOAPSTONE_INSTANCES").ok();
    let files: Vec<PathBuf> = match &asked {
        Some(asked) => asked.split(':').map(PathBuf::from).collect(),
        None => {
            let listed = fs::read_to_string(tests.join("contracts.txt")).unwrap();
            let paths = listed
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            paths
                .map(|line| root.join(line))
                .filter(|path| path.exists())
                .collect()
        }
    };
    let (mut contracts, mut cases) = (Vec::new(), Vec::new());
    let mut modules: Vec<File> = Vec::new();
    let mut main = String::from(
        "fn attempt_in(contract: &str, name: &str, text: &str) -> Option<Verdict> {\n    match contract {\n",
    );
    for path in files {
        let index = contracts.len();
        let options = Options {
            no_clients: true,
            no_servers: true,
            all_elements: true,
            json: true,
            ..Options::default()
        };
        let Ok((generated, _)) = generate_files(std::slice::from_ref(&path), &options) else {
            eprintln!("refused: {}", path.display());
            continue;
        };
        let loaded = load_files(std::slice::from_ref(&path));
        let validator = Arc::new(Validator::new(Arc::new(loaded.contract)));
        let values = Values::new(validator);
        make_cases(index, &path, &values, &documents, &mut cases);
        contracts.push(Contract { path, values });
        let _ = writeln!(
            main,
            "        \"{index}\" => None{},\n",
            attempts(index, &generated)
        );
        modules.extend(generated.into_iter().map(|file| File {
            path: format!("c{index}/{}", file.path),
            text: file.text,
        }));
    }
    main.push_str("        _ => None,\n    }\n}\n");
    let declared: String = (0..contracts.len())
        .map(|i| format!("pub mod c{i};\n"))
        .collect();
    modules.push(File {
        path: "mod.rs".to_owned(),
        text: declared,
    });
    modules.push(File {
        path: "main.rs".to_owned(),
        text: format!("{MAIN}{main}"),
    });
    let verdicts = run(&root, &out, &modules, &cases);
    let judged = jdk(&root, &contracts, &cases);
    report(
        &tests,
        asked.is_some(),
        &contracts,
        &cases,
        &verdicts,
        &judged,
    );
}

/// Makes the documents of a contract.
fn make_cases(index: usize, path: &Path, values: &Values, folder: &Path, cases: &mut Vec<Case>) {
    let model = values.model();
    let mut maker = Maker::new(model);
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    // Values of SOAP encoding (SOAP 1.1, 5) are told by their types and joined by references, in messages only.
    let roots: Vec<usize> = (0..model.elements.len())
        .filter(|i| model.elements[*i].global && !model.elements[*i].abstract_)
        .filter(|i| &*model.elements[*i].name.namespace != SOAP_ENCODING)
        .collect();
    let each = (MOST / roots.len().max(1)).clamp(2, DOCUMENTS);
    let spoiled = (MOST / roots.len().max(1)).clamp(3, SPOILED);
    let begun = cases.len();
    for root in roots {
        if cases.len() - begun > 2 * MOST {
            break;
        }
        let id = soapstone_schema::model::ElementId(root as u32);
        let element = &model.elements[root];
        let mut seen = BTreeSet::new();
        for number in 0..each + spoiled {
            let plan = match number {
                0 => Plan::Least,
                1..4 => Plan::Most,
                _ => Plan::Chance,
            };
            let Some(mut tree) = maker.document(id, plan) else {
                continue;
            };
            if number >= each && !spoil::spoil(&mut tree, number, &mut maker, model) {
                continue;
            }
            let text = tree.text(&maker.values);
            if !seen.insert(text.clone()) {
                continue;
            }
            let name = format!("{stem} {} {number}", element.name.local);
            let file = folder.join(format!("{index}-{}.xml", cases.len()));
            let refused = values
                .read(&text, Expect::Element(id), &xml::Options::message())
                .err()
                .map(|e| e.to_string());
            fs::write(&file, &text).unwrap();
            cases.push(Case {
                name,
                contract: index,
                element: element.name.to_string(),
                path: file,
                refused,
            });
        }
    }
}

/// The calls for every global element of the generated code.
fn attempts(index: usize, files: &[File]) -> String {
    let mut out = String::new();
    let root = files.iter().find(|f| f.path == "mod.rs");
    for file in files.iter().filter(|f| f.path.ends_with(".rs")) {
        let module = file.path.trim_end_matches(".rs");
        let raw = root.is_some_and(|root| root.text.contains(&format!("mod r#{module};")));
        let Some((_, elements)) = file.text.split_once("\npub mod element {") else {
            continue;
        };
        for line in elements.lines() {
            if let Some((name, _)) = line
                .trim()
                .strip_prefix("pub const ")
                .and_then(|rest| rest.split_once(':'))
            {
                let module = if raw {
                    format!("r#{module}")
                } else {
                    module.to_owned()
                };
                let _ = write!(
                    out,
                    "\n            .or_else(|| attempt(made::c{index}::{module}::element::{name}, name, text))"
                );
            }
        }
    }
    out
}

/// Builds the generated code and lets it read every document.
fn run(root: &Path, out: &Path, files: &[File], cases: &[Case]) -> Vec<String> {
    let runtime = root.join("crates/soapstone").canonicalize().unwrap();
    write_crate(files, out, "instances", &runtime.display().to_string()).unwrap();
    fs::copy(root.join("Cargo.lock"), out.join("Cargo.lock")).unwrap();
    let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
    let mut child = Command::new(cargo)
        .args(["run", "--quiet", "--offline"])
        .current_dir(out)
        .env("CARGO_TARGET_DIR", root.join("target/corpus"))
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_INCREMENTAL", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = cases
        .iter()
        .map(|c| format!("{}\t{}\t{}\n", c.contract, c.element, c.path.display()))
        .collect();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let verdicts: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        verdicts.len(),
        cases.len(),
        "the program gives a verdict on each document"
    );
    verdicts
}

/// The JDK's verdicts: whether a document is valid, and whether it is so after writing; none where it can't tell.
fn jdk(root: &Path, contracts: &[Contract], cases: &[Case]) -> Option<Vec<Option<bool>>> {
    let java = Command::new("java")
        .arg("-version")
        .stderr(Stdio::null())
        .status();
    if java.is_err() {
        eprintln!("the JDK is not asked: there is no java");
        return None;
    }
    // The JDK counts a character beyond the basic plane as two (XSD 1.0 part 2, 4.3.1: characters, not UTF-16 units).
    let plain = |case: &Case| {
        let xsd = contracts[case.contract]
            .path
            .extension()
            .is_some_and(|e| e == "xsd");
        xsd && !fs::read_to_string(&case.path)
            .unwrap()
            .contains(|c| c > '\u{ffff}')
    };
    let mut lines = String::new();
    for case in cases.iter().filter(|c| plain(c)) {
        let schema = contracts[case.contract].path.display().to_string();
        let again = case.path.with_extension("xml.again");
        let judged = if again.exists() {
            again
        } else {
            case.path.clone()
        };
        let _ = writeln!(
            lines,
            "{schema}\t{}\n{schema}\t{}",
            case.path.display(),
            judged.display()
        );
    }
    let mut child = Command::new("java")
        .arg(root.join("crates/schema/tests/jdk/Judge.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = writer.join().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut verdicts = text.lines();
    let mut judged = Vec::new();
    for case in cases {
        let pair = plain(case)
            .then(|| Some((verdicts.next()?, verdicts.next()?)))
            .flatten();
        let known = pair.filter(|(before, _)| *before != "unknown");
        // A valid document must be valid after writing too.
        judged.push(known.map(|pair| pair == ("valid", "valid")));
    }
    Some(judged)
}

fn report(
    tests: &Path,
    other: bool,
    contracts: &[Contract],
    cases: &[Case],
    verdicts: &[String],
    judged: &Option<Vec<Option<bool>>>,
) {
    let listed = fs::read_to_string(tests.join("known.txt")).unwrap_or_default();
    let known: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let (mut wrong, mut valid, mut asked, mut elsewhere) = (Vec::new(), 0, 0, 0);
    for (index, case) in cases.iter().enumerate() {
        let verdict = verdicts[index].as_str();
        let read = verdict == "read";
        valid += usize::from(case.refused.is_none());
        let jdk = judged.as_ref().and_then(|j| j[index]);
        asked += usize::from(jdk.is_some());
        let mut problem = match (&case.refused, read) {
            (Some(why), true) if is_elsewhere(why) => {
                elsewhere += 1;
                continue;
            }
            (None, false) => Some(format!("valid, but {verdict}")),
            (Some(why), true) => Some(format!("read, but {why}")),
            _ => None,
        };
        if read && case.refused.is_none() {
            problem = again(&contracts[case.contract], case).err();
        }
        if problem.is_none() && jdk.is_some_and(|jdk| jdk != read) {
            problem = Some(format!("{verdict}, the JDK says valid: {jdk:?}"));
        }
        if problem.is_some() != (!other && known.contains(case.name.as_str())) {
            wrong.push(format!(
                "{}\t{}\n    {}",
                case.name,
                problem.unwrap_or("agreed".to_owned()),
                case.path.display()
            ));
        }
    }
    eprintln!(
        "{} contracts, {} documents, {valid} of them valid, {asked} asked of the JDK, {elsewhere} wrong in their identities only",
        contracts.len(),
        cases.len()
    );
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Tells whether all that is wrong needs the whole document: IDs and keys are the validator's to judge, not the readers'.
fn is_elsewhere(why: &str) -> bool {
    let whole = [
        "there is no ID",
        "is there twice",
        "a field of the key",
        "refers to nothing",
        "is not declared",
    ];
    why.split("; ")
        .all(|one| whole.iter().any(|text| one.contains(text)))
}

/// Compares what was written with what was read.
fn again(contract: &Contract, case: &Case) -> Result<(), String> {
    let options = xml::Options::message();
    let read = |kind: &str| {
        let text = fs::read_to_string(case.path.with_extension(kind)).unwrap();
        contract.values.read(&text, Expect::Declared, &options)
    };
    let before = read("xml").map_err(|e| e.to_string())?;
    let after = read("xml.again").map_err(|e| format!("not valid after writing: {e}"))?;
    let returned = read("xml.returned").map_err(|e| format!("not valid after JSON: {e}"))?;
    let model = contract.values.model();
    same::same(&before, &after, model)?;
    same::same(&before, &returned, model).map_err(|e| format!("after JSON: {e}"))?;
    let Some(element) = after.element else {
        return Ok(());
    };
    let ours = fs::read_to_string(case.path.with_extension("xml.json")).unwrap();
    let ours: serde_json::Value = serde_json::from_str(&ours).unwrap();
    let theirs = contract.values.to_json(&after, &Root::Element(element));
    // Both say the order of children in full where they cannot tell it from the schema, ours more often; what a wildcard
    // admits is XML text to one, and assessed by the other.
    let text = ours.to_string();
    if text.contains("\"$children\"") || text.contains("\"$any\"") || open(&ours) == open(&theirs) {
        return Ok(());
    }
    Err(format!("the JSON is {ours}, due is {theirs}"))
}

/// JSON without XML text, whose prefixes are each one's own.
fn open(json: &serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Object(object) => object
            .iter()
            .filter(|(key, _)| *key != "$xml")
            .map(|(key, value)| (key.clone(), open(value)))
            .collect(),
        serde_json::Value::Array(list) => list.iter().map(open).collect(),
        other => other.clone(),
    }
}
