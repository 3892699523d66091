//! What is generated of a contract, beside xsd-parser: lines, bytes, and the processor time of generating and of `cargo check`.
//!
//! `cargo run --manifest-path bench/Cargo.toml --features peers --bin size -- [--check] CONTRACT…`
//!
//! Ours has types, clients and servers, as it comes; xsd-parser has types with reading and writing, formatted afterwards,
//! which does not count as its time. Without `peers` it is ours alone. What is checked is a crate below `bench/target/size`,
//! whose dependencies are checked before. Needs Linux, which tells a process what it has used.

#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(feature = "peers")]
use soapstone_codegen::write_files;
use soapstone_codegen::{File, Options, generate_files, write_crate};

#[cfg(feature = "peers")]
mod peer;

/// What one generator made of a contract.
struct Made {
    files: Vec<File>,
    seconds: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [task, contract, out] = &arguments[..]
        && task == "--peer"
    {
        by_peer(contract, Path::new(out));
        return;
    }
    let check = arguments.iter().any(|argument| argument == "--check");
    println!("generator\tlines\tbytes\tgenerated in s\tchecked in s\tcontract");
    let contracts = arguments.iter().filter(|argument| *argument != "--check");
    for (index, contract) in contracts.enumerate() {
        let folder = format!("c{index}");
        let ours = ours(contract);
        tell("soapstone", contract, ours, |files| {
            check.then(|| check_ours(files, &folder)).flatten()
        });
        if cfg!(feature = "peers") {
            let out = scratch(&format!("{folder}-peer"));
            let theirs = theirs(contract, &out);
            tell("xsd-parser", contract, theirs, |_| {
                check.then(|| self::check(&out)).flatten()
            });
        }
    }
}

fn tell(
    name: &str,
    contract: &str,
    made: Result<Made, String>,
    check: impl Fn(&[File]) -> Option<f64>,
) {
    match made {
        Ok(made) => {
            let rust = made.files.iter().filter(|file| file.path.ends_with(".rs"));
            let (lines, bytes) = rust.fold((0, 0), |(lines, bytes), file| {
                (lines + file.text.lines().count(), bytes + file.text.len())
            });
            let checked = check(&made.files).map_or("-".to_owned(), |s| format!("{s:.1}"));
            println!(
                "{name}\t{lines}\t{bytes}\t{:.3}\t{checked}\t{contract}",
                made.seconds
            );
        }
        Err(why) => println!("{name}\t-\t-\t-\t-\t{contract}\t{why}"),
    }
}

fn ours(contract: &str) -> Result<Made, String> {
    let before = processor_seconds();
    let options = Options::default();
    let (files, _) =
        generate_files(&[PathBuf::from(contract)], &options).map_err(|error| error.to_string())?;
    let seconds = processor_seconds() - before;
    Ok(Made { files, seconds })
}

/// xsd-parser works in a process of its own, since it may panic.
fn theirs(contract: &str, out: &Path) -> Result<Made, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let run = Command::new(program)
        .args(["--peer", contract])
        .arg(out)
        .output()
        .map_err(|error| error.to_string())?;
    let told = String::from_utf8_lossy(&run.stdout);
    let seconds = told.trim().parse().map_err(|_| {
        let why = String::from_utf8_lossy(&run.stderr);
        why.chars().take(300).collect::<String>().replace('\n', " ")
    })?;
    let path = out.join("src/lib.rs");
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let files = vec![File {
        path: "lib.rs".to_owned(),
        text,
    }];
    Ok(Made { files, seconds })
}

#[cfg(feature = "peers")]
fn by_peer(contract: &str, out: &Path) {
    let (code, seconds) = peer::generate(Path::new(contract), &out.join("schemas"));
    let manifest = "[package]\nname = \"peer\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nxsd-parser-types = { version = \"0.2.1\", features = [\"quick-xml\"] }\n\n[workspace]\n";
    let files = [
        ("Cargo.toml", manifest.to_owned()),
        ("src/lib.rs", peer::formatted(&code)),
    ]
    .map(|(path, text)| File {
        path: path.to_owned(),
        text,
    });
    write_files(&files, out).expect("the folder can be written");
    println!("{seconds}");
}

#[cfg(not(feature = "peers"))]
fn by_peer(_: &str, _: &Path) {}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/size")
        .join(name)
}

fn check_ours(files: &[File], folder: &str) -> Option<f64> {
    let out = scratch(folder);
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/soapstone");
    write_crate(files, &out, "ours", &runtime.display().to_string()).ok()?;
    check(&out)
}

/// Checks a crate: once with nothing in it, so that its dependencies are there, and then whole. `CARGO_TARGET_DIR` may say where
/// dependencies have been checked already. What cargo says against it goes to standard error.
fn check(folder: &Path) -> Option<f64> {
    let lib = folder.join("src/lib.rs");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    std::fs::copy(lock, folder.join("Cargo.lock")).ok()?;
    let text = std::fs::read_to_string(&lib).ok()?;
    std::fs::write(&lib, "").ok()?;
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or(scratch("target").into());
    let cargo = || {
        Command::new("cargo")
            .args(["check", "--quiet"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", &target)
            .status()
    };
    let empty = cargo().ok()?;
    std::fs::write(&lib, text).ok()?;
    let before = processor_seconds();
    let whole = cargo().ok()?;
    (empty.success() && whole.success()).then(|| processor_seconds() - before)
}

/// What this process and those that it waited for have used so far: on a busy machine the clock says little.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    // User and system time, then the same of children, in hundredths (proc(5), 14 to 17).
    let ticks = behind_name.split_whitespace().skip(11).take(4);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
