//! What the tests stand on: a folder that goes away, a gateway process on a port of its own, and a command that must succeed.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder for one test, deleted at its end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "soapstone-interop-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A gateway process, killed at the end.
pub(crate) struct Gateway {
    child: Child,
    address: String,
    _scratch: Scratch,
}

impl Gateway {
    /// Starts it on the sample CRM, in a folder of its own.
    pub(crate) fn with_sample() -> Gateway {
        Gateway::start(&[])
    }

    /// Starts it with flags, and waits until it has said where it listens.
    pub(crate) fn start(flags: &[&str]) -> Gateway {
        let scratch = Scratch::new();
        let anywhere: &[&str] = match flags.contains(&"--listen") {
            true => &[],
            false => &["--listen", "127.0.0.1:0"],
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_soapstone"))
            .arg("serve")
            .args(anywhere)
            .args(flags)
            .current_dir(scratch.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let start = said.len();
            assert!(
                lines.read_line(&mut said).unwrap() > 0,
                "the gateway ended: {said}"
            );
            let line = said.get(start..).unwrap_or_default();
            if let Some((_, rest)) = line.split_once("http") {
                break format!("http{}", rest.trim().trim_end_matches('/'));
            }
        };
        // What it says later is read and dropped, so that it never waits for us.
        std::thread::spawn(move || lines.lines().for_each(drop));
        Gateway {
            child,
            address,
            _scratch: scratch,
        }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Sends the process a signal, as `kill` names it.
    #[allow(dead_code)]
    pub(crate) fn signal(&self, name: &str) {
        run(Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]));
    }
}

impl Gateway {
    /// Waits until it has ended by itself, and tells whether it did so in order.
    #[allow(dead_code)]
    pub(crate) fn ended_well(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Ends it now.
    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Runs a command to its end and answers what it said; fails with all of it where the command fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}\n{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

/// A database for one test, dropped at its end.
#[allow(dead_code)]
pub(crate) struct Database {
    pub(crate) url: String,
    /// The schema that needs no name.
    pub(crate) schema: String,
    drop: Option<Command>,
    _scratch: Option<Scratch>,
}

/// What the environment tells of where a server or a stack is; says so where it does not.
#[allow(dead_code)]
pub(crate) fn told(variable: &str) -> Option<String> {
    let told = env::var(variable).ok();
    if told.is_none() {
        eprintln!("skipped: {variable} is not set (tests/run sets it)");
    }
    told
}

#[allow(dead_code)]
impl Database {
    /// Makes one of PostgreSQL and runs a script in it; `None`, and says so, where there is no server.
    pub(crate) fn filled(word: &str, script: &Path) -> Option<Database> {
        Database::of("postgres", word, &[script.to_owned()])
    }

    /// The same of `postgres`, `mysql` (where names may stand in double quotes) or `sqlite`, with several scripts.
    pub(crate) fn of(dialect: &str, word: &str, scripts: &[PathBuf]) -> Option<Database> {
        let name = format!("interop_{word}_{}", std::process::id());
        let create = format!("create database {name}");
        match dialect {
            "postgres" => {
                let server = told("SOAPSTONE_TEST_POSTGRES")?;
                run(Command::new("psql").arg(&server).args(["-qc", &create]));
                let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
                let files = scripts.iter().map(|script| script.to_str().unwrap());
                run(Command::new("psql")
                    .arg(&url)
                    .args(["-q", "-1", "-v", "ON_ERROR_STOP=1"])
                    .args(files.flat_map(|file| ["-f", file])));
                let mut drop = Command::new("psql");
                let sql = format!("drop database {name} with (force)");
                drop.arg(server).args(["-qc", &sql]);
                Some(Database {
                    url,
                    schema: "public".to_owned(),
                    drop: Some(drop),
                    _scratch: None,
                })
            }
            "mysql" => {
                let server = told("SOAPSTONE_TEST_MYSQL")?;
                let client = |sql: &str| {
                    let mut client = mysql_client(&server);
                    client.args(["-e", sql]);
                    client
                };
                run(&mut client(&format!("{create} character set utf8mb4")));
                for script in scripts {
                    run(mysql_client(&server)
                        .args(["--init-command=set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')"])
                        .arg(&name)
                        .stdin(fs::File::open(script).unwrap()));
                }
                Some(Database {
                    url: format!("{}/{name}", server.rsplit_once('/').unwrap().0),
                    drop: Some(client(&format!("drop database {name}"))),
                    schema: name,
                    _scratch: None,
                })
            }
            _ => {
                let scratch = Scratch::new();
                let file = scratch.path().join("crm.db");
                for script in scripts {
                    run(Command::new("sqlite3")
                        .arg("-bail")
                        .arg(&file)
                        .stdin(fs::File::open(script).unwrap()));
                }
                Some(Database {
                    url: format!("sqlite:{}", file.display()),
                    schema: "main".to_owned(),
                    drop: None,
                    _scratch: Some(scratch),
                })
            }
        }
    }
}

/// The command-line client at `mysql://USER:PASSWORD@HOST:PORT/DATABASE`.
#[allow(dead_code)]
fn mysql_client(server: &str) -> Command {
    let part = |rest: &str, mark: char| {
        let (part, rest) = rest.split_once(mark).unwrap();
        (part.to_owned(), rest.to_owned())
    };
    let (user, rest) = part(server.strip_prefix("mysql://").unwrap(), ':');
    let (password, rest) = part(&rest, '@');
    let (host, rest) = part(&rest, ':');
    let (port, _) = part(&rest, '/');
    let mut client = Command::new("mariadb");
    client
        .args([
            "--no-defaults",
            "--protocol=tcp",
            "--default-character-set=utf8mb4",
        ])
        .args(["-h", &host, "-P", &port, "-u", &user])
        .env("MYSQL_PWD", password);
    client
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(drop) = &mut self.drop {
            let _ = drop.status();
        }
    }
}
