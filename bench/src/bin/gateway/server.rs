//! The processes beside this one: a private PostgreSQL, its tools, and the gateway. They end with this one.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::http::Connection;

#[derive(Debug)]
#[expect(dead_code, reason = "shown by Debug where main ends with it")]
pub enum Failure {
    Io(std::io::Error),
    /// A tool, and what it said.
    Tool(String, String),
    /// An answer that is not what it should be.
    Answer(String),
    /// The connection broke, or what came is not HTTP.
    Broken,
    /// The gateway was not ready in time.
    Late,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::Io(error)
    }
}

pub struct Postgres {
    tools: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster in a folder of its own and starts it on a free port of loopback.
    pub fn start() -> Result<Postgres, Failure> {
        let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")?
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .collect();
        versions.sort();
        let tools = versions
            .pop()
            .ok_or_else(|| Failure::Tool("postgresql".to_owned(), "is not there".to_owned()))?;
        let folder = std::env::temp_dir().join(format!("soapstone-bench.{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let postgres = Postgres {
            tools,
            folder,
            port: free_port()?,
        };
        if is_root() {
            run(Command::new("chown")
                .arg("nobody:nogroup")
                .arg(&postgres.folder))?;
        }
        let data = postgres.folder.join("data");
        run(postgres.as_user("initdb").arg("-D").arg(&data).args([
            "-U",
            "soapstone",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]))?;
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c shared_buffers=512MB -c fsync=off -c max_wal_size=4GB",
            postgres.port,
            postgres.folder.display()
        );
        run(postgres
            .as_user("pg_ctl")
            .arg("-D")
            .arg(&data)
            .args(["-w", "-o", &options, "-l"])
            .arg(postgres.folder.join("log"))
            .arg("start"))?;
        Ok(postgres)
    }

    /// The tool, run by `nobody` where this runs as root, which PostgreSQL refuses to be.
    fn as_user(&self, tool: &str) -> Command {
        let path = self.tools.join(tool);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"])
                .arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(&self.folder);
        command
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://soapstone@127.0.0.1:{}/{database}", self.port)
    }

    pub fn create(&self, database: &str, sql: &str) -> Result<(), Failure> {
        self.psql("postgres", &format!("create database {database};"))?;
        self.psql(database, sql).map(|_| ())
    }

    fn psql(&self, database: &str, script: &str) -> Result<String, Failure> {
        let mut psql = Command::new(self.tools.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", &self.url(database)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = psql.stdin.take() {
            stdin.write_all(script.as_bytes())?;
        }
        let output = psql.wait_with_output()?;
        if !output.status.success() {
            return Err(Failure::Tool("psql".to_owned(), output.status.to_string()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The shortest time of `copy … to stdout`, by psql's own clock, the rows going nowhere.
    pub fn copy(&self, database: &str, select: &str, rounds: usize) -> Result<Duration, Failure> {
        let copy = format!("copy ({select}) to stdout \\g /dev/null\n").repeat(rounds);
        let shown = self.psql(database, &format!("\\timing on\n{copy}"))?;
        let times = shown
            .lines()
            .filter_map(|line| line.strip_prefix("Time: ")?.split(' ').next()?.parse().ok());
        let shortest = times.fold(f64::INFINITY, f64::min);
        Ok(Duration::from_secs_f64(shortest / 1000.0))
    }

    /// Transactions a second of prepared statements for five seconds.
    pub fn pgbench(
        &self,
        database: &str,
        script: &str,
        clients: usize,
        core: Option<&str>,
    ) -> Result<f64, Failure> {
        let file = self.folder.join("script.sql");
        fs::write(&file, script)?;
        let shown = run(on_core(core, &self.tools.join("pgbench"))
            .args(["-n", "-M", "prepared", "-j", "1", "-T", "5", "-c"])
            .arg(clients.to_string())
            .arg("-f")
            .arg(&file)
            .arg(self.url(database)))?;
        shown
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
            .ok_or_else(|| Failure::Tool("pgbench".to_owned(), shown))
    }

    /// Lets the server, its processes and what it starts from now on run on these cores only.
    pub fn pin(&self, cores: &str) -> Result<(), Failure> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let parent = file.lines().next().unwrap_or_default().to_owned();
        let children = Command::new("pgrep").args(["-P", &parent]).output()?;
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        children
            .lines()
            .chain([parent.as_str()])
            // A child may have ended meanwhile.
            .for_each(|process| drop(pin(process, cores)));
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = self.as_user("pg_ctl");
        let data = self.folder.join("data");
        let _ = run(stop.arg("-D").arg(data).args(["-m", "immediate", "stop"]));
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub struct Gateway {
    process: Child,
    pub port: u16,
}

impl Gateway {
    /// Starts the gateway and waits until it says that it is ready.
    pub fn start(binary: &Path, url: &str, core: Option<&str>) -> Result<Gateway, Failure> {
        let port = free_port()?;
        let process = on_core(core, binary)
            .args([
                "serve",
                "--db",
                url,
                "--listen",
                &format!("127.0.0.1:{port}"),
            ])
            .env("SOAPSTONE_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()?;
        let gateway = Gateway { process, port };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Ok(mut connection) = Connection::open(port)
                && connection.get("/health/ready", "")?.status == 200
            {
                return Ok(gateway);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(Failure::Late)
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Bytes of memory that a process holds.
pub fn memory(process: u32) -> Result<u64, Failure> {
    let file = fs::File::open(format!("/proc/{process}/status"))?;
    for line in BufReader::new(file).lines() {
        if let Some(size) = line?.strip_prefix("VmRSS:") {
            let kilobytes: u64 = size
                .trim()
                .trim_end_matches(" kB")
                .parse()
                .map_err(|_| Failure::Broken)?;
            return Ok(kilobytes * 1024);
        }
    }
    Err(Failure::Broken)
}

/// Lets this process run on these cores only; threads that are there already follow.
pub fn pin_self(cores: &str) -> Result<(), Failure> {
    pin(&std::process::id().to_string(), cores)
}

fn pin(process: &str, cores: &str) -> Result<(), Failure> {
    run(Command::new("taskset").args(["-a", "-c", "-p", cores, process])).map(|_| ())
}

/// The program, on one core where that is asked for.
fn on_core(core: Option<&str>, program: &Path) -> Command {
    let Some(core) = core else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program);
    command
}

fn run(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let name = command.get_program().to_string_lossy().into_owned();
    Err(Failure::Tool(
        name,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    ))
}

fn free_port() -> Result<u16, Failure> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?
        .local_addr()?
        .port())
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
