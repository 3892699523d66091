//! Processes that end with the run: gateways, the ERP, and a PostgreSQL of its own, all of which can be killed and started again.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// How to start a process, and the process while it runs.
pub(crate) struct Process {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    folder: PathBuf,
    child: Option<Child>,
}

impl Process {
    pub(crate) fn new(program: impl Into<PathBuf>, arguments: &[&str], folder: &Path) -> Process {
        Process {
            program: program.into(),
            arguments: arguments.iter().map(|text| (*text).to_owned()).collect(),
            environment: Vec::new(),
            folder: folder.to_owned(),
            child: None,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Process {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn start(&mut self) {
        let name = self
            .program
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join(format!("{name}.log")))
            .unwrap();
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(child.unwrap_or_else(|error| panic!("{name}: {error}")));
    }

    /// SIGKILL: nothing of it runs any more.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    /// As what watches over a service does.
    pub(crate) fn start_if_ended(&mut self) {
        if self.ended() {
            self.start();
        }
    }

    /// Tells whether it has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        self.child
            .as_mut()
            .is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    pub(crate) fn signal(&self, name: &str) {
        run("kill", &[name, &self.id().to_string()]);
    }

    /// Megabytes of memory that it has, and the most that it ever had.
    pub(crate) fn memory(&self) -> (i64, i64) {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let read = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kilobytes =
                line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<i64>().ok());
            kilobytes.unwrap_or(0) / 1024
        };
        (read("VmRSS:"), read("VmHWM:"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command to its end.
pub(crate) fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{program} {arguments:?}"
    );
}

pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A PostgreSQL server with the settings that it comes with, `fsync` among them.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    pub(crate) process: Process,
}

impl Postgres {
    /// Makes a cluster in an empty folder and starts it.
    pub(crate) fn create(folder: &Path) -> Postgres {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
        let version = versions.map(|entry| entry.unwrap().path()).max().unwrap();
        let data = folder.join("postgres");
        let binary = |name: &str| version.join("bin").join(name).display().to_string();
        let port = free_port();
        let (port_text, data_text) = (port.to_string(), data.display().to_string());
        let (initdb, server) = (binary("initdb"), binary("postgres"));
        let mut initialise = vec![
            initdb.as_str(),
            "-D",
            &data_text,
            "-U",
            "soapstone",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ];
        let mut serve = vec![
            server.as_str(),
            "-D",
            &data_text,
            "-p",
            &port_text,
            "-k",
            "",
            "-c",
            "listen_addresses=127.0.0.1",
        ];
        // It does not run as root: where we do, `nobody` runs it.
        if Path::new("/root").metadata().is_ok() && std::fs::read_dir("/root").is_ok() {
            run("chown", &["nobody:nogroup", &folder.display().to_string()]);
            let other = [
                "setpriv",
                "--reuid=nobody",
                "--regid=nogroup",
                "--clear-groups",
            ];
            initialise.splice(0..0, other);
            serve.splice(0..0, other);
        }
        run(initialise[0], &initialise[1..]);
        let mut process = Process::new(serve[0], &serve[1..], folder);
        process.start();
        Postgres { port, process }
    }

    /// SIGKILL to the server and all of its processes at once.
    pub(crate) fn kill(&mut self) {
        let id = self.process.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        self.process.kill();
        for child in children.unwrap_or_default().split_whitespace() {
            // Some have ended meanwhile.
            let _ = Command::new("kill")
                .args(["-KILL", child])
                .stderr(Stdio::null())
                .status();
        }
    }

    /// Starts it, again and again until it stays: the memory that it shared may be in use for a moment.
    pub(crate) async fn start(&mut self) {
        loop {
            self.process.start();
            tokio::time::sleep(Duration::from_millis(200)).await;
            if !self.process.ended() {
                return;
            }
        }
    }

    pub(crate) fn url(&self, name: &str) -> String {
        format!("postgres://soapstone@127.0.0.1:{}/{name}", self.port)
    }
}

/// Asks an address on this machine for a page: the status and the body.
pub(crate) async fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let asking = async {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .ok()?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let read = stream.read(&mut chunk).await.ok()?;
            answer.extend_from_slice(&chunk[..read]);
            let text = String::from_utf8_lossy(&answer).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .to_lowercase()
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
                if read == 0 || length.is_some_and(|length: usize| body.len() >= length) {
                    let status = head.split(' ').nth(1)?.parse().ok()?;
                    return Some((status, body.to_owned()));
                }
            } else if read == 0 {
                return None;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(2), asking)
        .await
        .ok()?
}

/// Waits until something holds and answers how long that took; absent if it never did.
pub(crate) async fn until(
    patience: Duration,
    mut holds: impl AsyncFnMut() -> bool,
) -> Option<Duration> {
    let began = Instant::now();
    loop {
        if holds().await {
            return Some(began.elapsed());
        }
        if began.elapsed() > patience {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
