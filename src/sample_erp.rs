//! The sample ERP: a SOAP service that takes orders, in the process of `soapstone serve` where nothing is configured, and as
//! `soapstone sample-erp`, where it can be told to misbehave in every way that flows must stand. It speaks just enough HTTP.
//!
//! An order that it took is in its journal, on disk, before it is answered: one line of request id, number and order.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::flow::Ambient;
use crate::flow::sink::contract::{Operation, ThirdParty};
use crate::flow::sink::envelope::{self, Said};

/// Its contract.
pub const WSDL: &str = include_str!("../sample/flows/erp.wsdl");

/// How it misbehaves; percentages of requests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manners {
    /// Answers a fault of the server.
    pub faults: u64,
    /// Answers status 503.
    pub busy: u64,
    /// Hangs up before it took the order.
    pub reset_before: u64,
    /// Hangs up after it took the order.
    pub reset_after: u64,
    /// Takes the order and never answers.
    pub hangs: u64,
    /// Takes the order and answers what is no SOAP.
    pub garbage: u64,
    /// Takes an order again, as another one, when its request id comes again.
    pub forgetful: bool,
    /// Milliseconds that it takes to answer.
    pub delay: u64,
}

/// A running ERP.
pub struct SampleErp {
    manners: Manners,
    operation: Operation,
    find: Operation,
    third: ThirdParty,
    ambient: Ambient,
    taken: Mutex<Taken>,
}

/// What it took.
struct Taken {
    journal: std::fs::File,
    /// The number by request id.
    known: HashMap<String, String>,
    count: u64,
}

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum ErpError {
    /// Its journal.
    #[error("{0}: {1}")]
    Journal(PathBuf, #[source] std::io::Error),
    /// Its own contract.
    #[error("the sample ERP's contract: {0}")]
    Contract(String),
}

impl SampleErp {
    /// Opens the journal and gets ready; `wsdl` is its contract's file.
    ///
    /// # Errors
    /// The journal or the contract can't be read.
    pub fn open(journal: &Path, wsdl: &Path, manners: Manners) -> Result<Arc<SampleErp>, ErpError> {
        let failed = |error| ErpError::Journal(journal.to_path_buf(), error);
        let mut known = HashMap::new();
        let mut count = 0;
        if let Ok(text) = std::fs::read_to_string(journal) {
            for line in text.lines() {
                let mut fields = line.split('\t');
                if let (Some(id), Some(number), Some(_)) =
                    (fields.next(), fields.next(), fields.next())
                {
                    known.insert(id.to_owned(), number.to_owned());
                    count += 1;
                }
            }
        }
        let journal = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(journal)
            .map_err(failed)?;
        let third = ThirdParty::load(&wsdl.display().to_string(), Path::new(""), Path::new(""))
            .map_err(|lines| ErpError::Contract(lines.join("; ")))?;
        let operation = third
            .operation(None, "PlaceOrder")
            .map_err(ErpError::Contract)?;
        let find = third
            .operation(None, "FindOrder")
            .map_err(ErpError::Contract)?;
        let taken = Mutex::new(Taken {
            journal,
            known,
            count,
        });
        Ok(Arc::new(SampleErp {
            manners,
            operation,
            find,
            third,
            ambient: Ambient::system(),
            taken,
        }))
    }

    /// Serves until the future is dropped.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let erp = Arc::clone(&self);
            tokio::spawn(async move {
                // A peer that goes away is a peer's affair.
                let _ = erp.converse(stream).await;
            });
        }
    }

    async fn converse(&self, mut stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut buffer = Vec::new();
        while let Some(body) = request(&mut stream, &mut buffer).await? {
            if self.manners.delay > 0 {
                tokio::time::sleep(Duration::from_millis(self.manners.delay)).await;
            }
            let Some((status, text)) = self.answer(&body) else {
                // Hangs up, or hangs: the reader finds out.
                let hangs = (self.ambient.below)(2) == 0 && self.manners.hangs > 0;
                if hangs {
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                }
                return Ok(());
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
                text.len()
            );
            stream
                .write_all(&[head.as_bytes(), text.as_bytes()].concat())
                .await?;
        }
        Ok(())
    }

    /// The answer to a request; `None` to say nothing.
    fn answer(&self, body: &[u8]) -> Option<(&'static str, String)> {
        let values = &self.third.values;
        let fault = |code: &str, reason: &str| {
            let text = format!(
                "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{}</faultstring></soap:Fault></soap:Body></soap:Envelope>",
                reason.replace('&', "&amp;").replace('<', "&lt;")
            );
            Some(("500 Internal Server Error", text))
        };
        let asked = String::from_utf8_lossy(body).contains("FindOrder");
        let operation = if asked { &self.find } else { &self.operation };
        let fields = match envelope::answer(values, Some(&operation.request), body, Some("utf-8")) {
            Ok(Said::Answer(fields)) => fields,
            Ok(Said::Fault(_)) => return fault("Client", "a fault is no request"),
            Err(reason) => return fault("Client", &reason),
        };
        let id = fields
            .get("requestId")
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned();
        if asked {
            let number = self
                .taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .known
                .get(&id)
                .cloned();
            return self.say(
                operation,
                number.map_or(
                    serde_json::json!({}),
                    |number| serde_json::json!({ "erpNumber": number }),
                ),
            );
        }
        let mut roll = (self.ambient.below)(100);
        let mut rolled = |percent: u64| {
            let hit = roll < percent;
            roll = if hit {
                1000
            } else {
                roll.saturating_sub(percent)
            };
            hit
        };
        if rolled(self.manners.faults) {
            return fault("Server", "the sample ERP was told to fail");
        }
        if rolled(self.manners.busy) {
            return Some(("503 Service Unavailable", "busy".to_owned()));
        }
        if rolled(self.manners.reset_before) {
            return None;
        }
        let order = fields
            .pointer("/order/number")
            .and_then(Json::as_str)
            .unwrap_or_default();
        let Ok((number, duplicate)) = self.take(&id, order) else {
            return fault("Server", "the journal can't be written");
        };
        if rolled(self.manners.reset_after) || rolled(self.manners.hangs) {
            return None;
        }
        if rolled(self.manners.garbage) {
            return Some(("200 OK", "<html>what?".to_owned()));
        }
        self.say(
            operation,
            serde_json::json!({ "erpNumber": number, "duplicate": duplicate }),
        )
    }

    fn say(&self, operation: &Operation, fields: Json) -> Option<(&'static str, String)> {
        let body = operation.answer.as_ref()?;
        let (_, root) = body.parts.first()?;
        let element = self.third.values.from_json(&fields, root).ok()?;
        let payload = self.third.values.write(&element, root).ok()?;
        let mut text = String::new();
        soapstone::soap::write_envelope(operation.version, "", &mut text, |out| {
            out.push_str(&payload)
        });
        Some(("200 OK", text))
    }

    /// Takes an order: its number, and whether it was there already.
    fn take(&self, id: &str, order: &str) -> std::io::Result<(String, bool)> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(number) = taken.known.get(id).filter(|_| !self.manners.forgetful) {
            return Ok((number.clone(), true));
        }
        taken.count += 1;
        let number = format!("ERP-{:06}", taken.count);
        let line = format!("{id}\t{number}\t{}\n", order.replace(['\t', '\n'], " "));
        // Outlives a kill of the process; a power cut it need not.
        taken.journal.write_all(line.as_bytes())?;
        taken.known.insert(id.to_owned(), number.clone());
        Ok((number, false))
    }
}

/// Reads one request's body; `None` at the end of the connection.
async fn request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> std::io::Result<Option<Vec<u8>>> {
    const LIMIT: usize = 4 << 20;
    let mut chunk = [0; 8192];
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head =
                String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).to_lowercase();
            let length = head.lines().find_map(|line| {
                line.strip_prefix("content-length:")?
                    .trim()
                    .parse::<usize>()
                    .ok()
            });
            let total = end + 4 + length.unwrap_or(0).min(LIMIT);
            if buffer.len() >= total {
                let rest = buffer.split_off(total);
                let body = buffer.split_off(end + 4);
                *buffer = rest;
                return Ok(Some(body));
            }
        }
        let read = stream.read(&mut chunk).await?;
        if read == 0 || buffer.len() > LIMIT + 65_536 {
            return Ok(None);
        }
        buffer.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
}
