//! Loads every contract of the corpus of real files. Those with errors are listed in `corpus_refusals.tsv` with the rules
//! that they break and the first reason; the test fails when a contract joins or leaves the list.
//! `UPDATE_EXPECT=1` rewrites the list. Where the corpus is absent the test says so and passes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use soapstone_schema::document::{Document, Root};
use soapstone_schema::load::{Fetch, FetchError, Files, LoadOptions, Source, load};
use soapstone_schema::report::{Report, Severity};
use soapstone_schema::{read, write};

/// Reads files below the corpus; locations are relative to it, so that messages are.
struct Corpus<'c>(&'c Path);

impl Fetch for Corpus<'_> {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        if location.contains("://") || location.starts_with('/') || location.starts_with("..") {
            return Files.fetch(location);
        }
        Files.fetch(&self.0.join(location).display().to_string())
    }
}

/// The files of the corpus with their kinds; `None` where it is absent.
fn corpus() -> Option<(PathBuf, Vec<(String, String)>)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = std::fs::read_to_string(corpus.join("INDEX.tsv")) else {
        eprintln!("skipped: there is no corpus at {}", corpus.display());
        return None;
    };
    let entry = |line: &str| {
        let mut columns = line.split('\t');
        Some((columns.next()?.to_owned(), columns.nth(1)?.to_owned()))
    };
    Some((corpus, index.lines().skip(1).filter_map(entry).collect()))
}

fn refusal(report: &Report) -> Option<String> {
    let errors = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    let rules: BTreeSet<&str> = errors.clone().map(|diagnostic| diagnostic.rule).collect();
    let first = errors.clone().next()?;
    let file = report.file(first.place).rsplit('/').next().unwrap_or("");
    let rules = rules.into_iter().collect::<Vec<_>>().join(",");
    Some(format!(
        "{rules}\t{file}:{}: {}",
        first.place.line,
        first.message.replace(['\n', '\t'], " ")
    ))
}

#[test]
fn every_contract_loads_or_says_why_not() {
    let Some((corpus, files)) = corpus() else {
        return;
    };
    let found: Mutex<BTreeMap<String, String>> = Mutex::default();
    let slow: Mutex<Vec<(Duration, String)>> = Mutex::default();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((file, kind)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let roots = [Source::Location(file.clone())];
                    let loaded = load(&roots, &mut Corpus(&corpus), &LoadOptions::default());
                    slow.lock().unwrap().push((start.elapsed(), file.clone()));
                    let refusal = refusal(&loaded.report);
                    assert!(
                        !matches!(kind.as_str(), "malformed" | "wsdl2") || refusal.is_some(),
                        "{file} is {kind} and loads"
                    );
                    found
                        .lock()
                        .unwrap()
                        .extend(refusal.map(|refusal| (file.clone(), refusal)));
                }
            });
        }
    });
    let mut slow = slow.into_inner().unwrap();
    slow.sort();
    for (time, file) in slow.iter().rev().take(3) {
        eprintln!("{time:?} {file}");
        // A build for debugging takes tens of times as long as one for use.
        assert!(*time < Duration::from_secs(60), "{file} took {time:?}");
    }
    let found = found.into_inner().unwrap();
    let list: String = found
        .iter()
        .map(|(file, refusal)| format!("{file}\t{refusal}\n"))
        .collect();
    let committed: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus_refusals.tsv");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&committed, &list).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&committed).unwrap_or_default();
    let expected: BTreeSet<&str> = expected.lines().collect();
    let now: BTreeSet<&str> = list.lines().collect();
    let joined: Vec<&&str> = now.difference(&expected).collect();
    let left: Vec<&&str> = expected.difference(&now).collect();
    assert!(
        joined.is_empty() && left.is_empty(),
        "refused now: {joined:#?}\nno longer: {left:#?}\n(UPDATE_EXPECT=1)"
    );
}

/// Reads text that needs no other encoding than UTF-8.
fn parse(text: &str) -> (Option<Root>, Report) {
    let mut report = Report::default();
    (
        read::read(text, 0, &read::Renamed::default(), &mut report),
        report,
    )
}

#[test]
fn what_is_written_reads_the_same() {
    let Some((corpus, files)) = corpus() else {
        return;
    };
    let mut compared = 0;
    for (file, _) in &files {
        let Ok(text) = std::fs::read_to_string(corpus.join(file)) else {
            continue;
        };
        let (Some(root), report) = parse(&text) else {
            continue;
        };
        if !report.is_valid() {
            continue;
        }
        let first = write::document(&Document {
            location: "first".into(),
            root,
        });
        let (again, report) = parse(&first);
        assert!(report.is_valid(), "{file} as written:\n{report}");
        let Some(root) = again else {
            panic!("{file} as written can't be read")
        };
        let second = write::document(&Document {
            location: "second".into(),
            root,
        });
        if first != second {
            let differing = first
                .lines()
                .zip(second.lines())
                .find(|(first, second)| first != second);
            panic!("{file} changes when written twice: {differing:?}");
        }
        compared += 1;
    }
    assert!(compared > 1_500, "only {compared} documents were compared");
}
