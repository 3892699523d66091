//! A CRM in a SQLite file, a folder of flows, a gateway process on both, and peers that run beside it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use soapstone_gateway::database::{Database, Settings};
use soapstone_gateway::store::count::{self, Counts};
use soapstone_gateway::store::session::Session;

/// A process that ends with the test, with what it said first.
pub(crate) struct Process {
    child: Child,
    pub(crate) said: String,
}

impl Process {
    /// Starts it and waits for a line with this text.
    pub(crate) fn start(command: &mut Command, until: &str) -> Process {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        loop {
            let start = said.len();
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended: {said}");
            if said[start..].contains(until) {
                break;
            }
        }
        std::thread::spawn(move || lines.lines().for_each(drop));
        Process { child, said }
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        Command::new("kill").args([name, &id]).status().unwrap();
    }

    /// `http://127.0.0.1:PORT` of what it said.
    pub(crate) fn address(&self) -> String {
        let (_, rest) = self.said.split_once("http://").unwrap();
        let end = rest.find(|c: char| c == '/' || c.is_whitespace());
        format!("http://{}", &rest[..end.unwrap_or(rest.len())])
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Scene {
    pub(crate) folder: PathBuf,
    pub(crate) database: Database,
}

impl Scene {
    /// Makes the CRM with these definitions, and an empty folder of flows.
    pub(crate) async fn new(sql: &str) -> Scene {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("surface-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("flows")).unwrap();
        let url = format!("sqlite:{}", folder.join("crm.sqlite").display());
        let database = Database::open(&Settings {
            create: true,
            ..Settings::new(url.clone())
        })
        .unwrap();
        if let Database::Sqlite(connections) = &database {
            let wal = sqlx::raw_sql("pragma journal_mode = wal");
            wal.execute(&connections.pool).await.unwrap();
        }
        let scene = Scene { folder, database };
        scene.write(
            "soapstone.toml",
            &format!("[server]\nlisten = \"127.0.0.1:0\"\n[database]\nurl = \"{url}\"\n[flows]\nfolder = \"flows\"\n[log]\nlevel = \"warn\"\n"),
        );
        scene.define(sql).await;
        scene
    }

    pub(crate) async fn define(&self, sql: &str) {
        let mut session = Session::begin(&self.database).await.unwrap();
        session.define(sql).await.unwrap();
        session.commit().await.unwrap();
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soapstone"));
        command
            .args(arguments)
            .env("SOAPSTONE_CONFIG", "soapstone.toml")
            .current_dir(&self.folder);
        command
    }

    /// Runs a command of the gateway's.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed, and answers what it said.
    pub(crate) fn tell(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}{complaint}");
        said
    }

    pub(crate) fn serve(&self) -> Process {
        Process::start(&mut self.command(&["serve"]), "Endpoint")
    }

    /// One value of the database.
    pub(crate) async fn one(&self, sql: &str) -> Option<String> {
        let mut session = Session::begin_reading(&self.database).await.unwrap();
        session.row(sql, &[]).await.unwrap()?.optional(0)
    }

    pub(crate) async fn counts(&self, flow: &str) -> Option<Counts> {
        let mut session = Session::begin_reading(&self.database).await.ok()?;
        let all = count::all(&mut session).await.ok()?;
        all.into_iter().find(|counts| counts.flow == flow)
    }

    /// Waits until a flow stands so.
    pub(crate) async fn until(&self, flow: &str, stands: impl Fn(&Counts) -> bool) -> Counts {
        let begun = Instant::now();
        loop {
            let counts = self.counts(flow).await;
            if let Some(counts) = counts.as_ref().filter(|counts| stands(counts)) {
                assert!(counts.balanced(), "{counts:?}");
                return counts.clone();
            }
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "{flow} does not get there: {counts:?}"
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

/// Posts an operation of the CRM's service, with a correlation id.
pub(crate) fn post(address: &str, operation: &str, content: &str, correlation: &str) -> String {
    let body = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><{operation} xmlns=\"http://soapstone.local/crm/main\">{content}</{operation}></e:Body></e:Envelope>"
    );
    let output = Command::new("curl")
        .args(["-s", "-H", "Content-Type: text/xml; charset=utf-8", "-H"])
        .arg(format!("X-Correlation-Id: {correlation}"))
        .args(["--data-binary", &body, &format!("{address}/soap/crm")])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file of this test's folder.
pub(crate) fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/surface")
        .join(name)
}
