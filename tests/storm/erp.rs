//! The ERP at the other end, in a process of its own: it counts every request and every order that it takes, and misbehaves as told.
//!
//! It looks for texts instead of reading XML, so that the measured side gets the processor. What it took stands in its journal
//! before it answers, so it knows after a kill what it took before.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::arguments::Arguments;

/// Percent of requests, in the order in which the dice are read.
#[derive(Debug, Clone, Copy, Default)]
struct Manners {
    faults: u64,
    busy: u64,
    reset_before: u64,
    reset_after: u64,
    hangs: u64,
    garbage: u64,
}

struct Erp {
    manners: Manners,
    /// An order that comes again under its id is taken again.
    forgetful: bool,
    delay: Duration,
    state: Mutex<State>,
}

struct State {
    dice: u64,
    journal: Option<File>,
    /// Request id to number.
    known: HashMap<String, u64>,
    taken: u64,
    requests: u64,
}

/// A line of the journal: a request came (`R`), or an order was taken (`T`).
pub(crate) struct Entry {
    pub(crate) taken: bool,
    pub(crate) id: String,
    pub(crate) order: String,
}

/// Reads a journal; a last line that a kill cut short is left out.
pub(crate) fn journal(path: &Path) -> Vec<Entry> {
    let text = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    text.split_inclusive('\n')
        .filter_map(|line| {
            let mut parts = line.strip_suffix('\n')?.split('\t');
            let first = parts.next()?;
            let taken = first != "R";
            // The sample ERP's journal begins with the id: it keeps what it took.
            let id = if first.len() == 1 {
                parts.next()?
            } else {
                first
            };
            let (id, order) = (id.to_owned(), parts.next()?.to_owned());
            Some(Entry { taken, id, order })
        })
        .collect()
}

/// Runs the ERP until it is killed.
pub(crate) async fn run(arguments: &Arguments) {
    let path = arguments.text("journal").map(PathBuf::from);
    let mut known = HashMap::new();
    let mut taken = 0;
    for entry in path.as_deref().map(journal).unwrap_or_default() {
        if entry.taken {
            taken += 1;
            known.insert(entry.id, taken);
        }
    }
    let journal = path.map(|path| {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        // Ends a line that a kill cut short.
        file.write_all(b"\n").unwrap();
        file
    });
    let percent = |name: &str| arguments.number(name, 0).unsigned_abs();
    let erp = Arc::new(Erp {
        manners: Manners {
            faults: percent("faults"),
            busy: percent("busy"),
            reset_before: percent("reset-before"),
            reset_after: percent("reset-after"),
            hangs: percent("hangs"),
            garbage: percent("garbage"),
        },
        forgetful: arguments.number("forgetful", 0) > 0,
        delay: Duration::from_micros(percent("delay-micros")),
        state: Mutex::new(State {
            dice: u64::from(std::process::id()),
            journal,
            known,
            taken,
            requests: 0,
        }),
    });
    let listener = TcpListener::bind(arguments.text("listen").unwrap())
        .await
        .unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let erp = Arc::clone(&erp);
        tokio::spawn(async move { erp.converse(stream).await });
    }
}

/// What the ERP says to a request.
enum Saying {
    Answer(&'static str, String),
    HangUp,
    Hang,
}

impl Erp {
    async fn converse(&self, mut stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut buffer = Vec::new();
        loop {
            let request = request(&mut stream, &mut buffer).await?;
            if !self.delay.is_zero() {
                tokio::time::sleep(self.delay).await;
            }
            match self.say(&request) {
                Saying::Answer(status, body) => {
                    let text = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(text.as_bytes()).await.ok()?;
                }
                Saying::HangUp => return None,
                Saying::Hang => std::future::pending().await,
            }
        }
    }

    fn say(&self, request: &str) -> Saying {
        let mut state = self.state.lock().unwrap();
        if request.starts_with("GET ") {
            return Saying::Answer("200 OK", format!("{} {}", state.taken, state.requests));
        }
        let id = field(request, "requestId").to_owned();
        if request.contains("FindOrder") {
            let number = state
                .known
                .get(&id)
                .map(|number| format!("<erpNumber>E{number}</erpNumber>"));
            return answer("FindOrderResponse", &number.unwrap_or_default());
        }
        let order = field(request, "number").to_owned();
        state.requests += 1;
        state.write('R', &id, &order);
        if request.contains("poison") {
            return Saying::Answer("500 Internal Server Error", fault("poison"));
        }
        let mut roll = state.roll();
        let mut rolled = |percent: u64| {
            let hit = roll < percent;
            roll = if hit {
                u64::MAX
            } else {
                roll.saturating_sub(percent)
            };
            hit
        };
        if rolled(self.manners.faults) {
            return Saying::Answer("500 Internal Server Error", fault("told to fail"));
        }
        if rolled(self.manners.busy) {
            return Saying::Answer("503 Service Unavailable", "busy".to_owned());
        }
        if rolled(self.manners.reset_before) {
            return Saying::HangUp;
        }
        let known = state.known.get(&id).copied().filter(|_| !self.forgetful);
        let number = known.unwrap_or_else(|| {
            state.taken += 1;
            let number = state.taken;
            state.write('T', &id, &order);
            state.known.insert(id, number);
            number
        });
        if rolled(self.manners.reset_after) {
            Saying::HangUp
        } else if rolled(self.manners.hangs) {
            Saying::Hang
        } else if rolled(self.manners.garbage) {
            Saying::Answer("200 OK", "<html>what?".to_owned())
        } else {
            let duplicate = known.is_some();
            answer(
                "PlaceOrderResponse",
                &format!("<erpNumber>E{number}</erpNumber><duplicate>{duplicate}</duplicate>"),
            )
        }
    }
}

impl State {
    fn roll(&mut self) -> u64 {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % 100
    }

    fn write(&mut self, kind: char, id: &str, order: &str) {
        if let Some(journal) = &mut self.journal {
            journal
                .write_all(format!("{kind}\t{id}\t{order}\n").as_bytes())
                .unwrap();
        }
    }
}

fn answer(element: &str, fields: &str) -> Saying {
    Saying::Answer(
        "200 OK",
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><{element} xmlns=\"urn:storm:erp\">{fields}</{element}></s:Body></s:Envelope>"
        ),
    )
}

fn fault(reason: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring>{reason}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
}

/// The text of the first element of a local name.
fn field<'a>(request: &'a str, name: &str) -> &'a str {
    let start = request
        .find(&format!("{name}>"))
        .map(|at| at + name.len() + 1);
    let text = start
        .and_then(|start| request.get(start..))
        .unwrap_or_default();
    text.split('<').next().unwrap_or_default()
}

/// Reads one request, head and body; `None` at the end of the connection.
async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<String> {
    let mut chunk = [0; 16384];
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let total = end + 4 + length.unwrap_or(0);
            if buffer.len() >= total {
                let rest = buffer.split_off(total);
                let request = String::from_utf8_lossy(buffer).into_owned();
                *buffer = rest;
                return Some(request);
            }
        }
        let read = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        buffer.extend_from_slice(&chunk[..read]);
    }
}
