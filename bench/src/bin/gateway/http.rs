//! A client that costs little: one connection, one request at a time, answers read by their length or in chunks.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::server::Failure;

pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
    /// From the request to the first bytes of the answer.
    pub first_byte: Duration,
}

impl Connection {
    pub fn open(port: u16) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream,
            buffer: Vec::new(),
        })
    }

    pub fn post(&mut self, envelope: &str) -> Result<Answer, Failure> {
        self.send(&format!(
            "POST /soap/crm HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nSOAPAction: \"\"\r\nContent-Length: {}\r\n\r\n{envelope}",
            envelope.len()
        ))
    }

    pub fn get(&mut self, path: &str, headers: &str) -> Result<Answer, Failure> {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n"
        ))
    }

    fn send(&mut self, request: &str) -> Result<Answer, Failure> {
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        self.more()?;
        let first_byte = begun.elapsed();
        let end = loop {
            match find(&self.buffer, b"\r\n\r\n", 0) {
                Some(end) => break end + 4,
                None => self.more()?,
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        let status = head
            .get(9..12)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
            first_byte,
        };
        if answer.header("transfer-encoding").as_deref() == Some("chunked") {
            answer.body = self.chunks(end)?;
            return Ok(answer);
        }
        let length: usize = answer
            .header("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        self.fill(end + length)?;
        answer.body = self.buffer[end..end + length].to_vec();
        Ok(answer)
    }

    fn chunks(&mut self, mut at: usize) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let line = loop {
                match find(&self.buffer, b"\r\n", at) {
                    Some(line) => break line,
                    None => self.more()?,
                }
            };
            let size = usize::from_str_radix(
                std::str::from_utf8(&self.buffer[at..line]).unwrap_or_default(),
                16,
            )
            .map_err(|_| Failure::Broken)?;
            self.fill(line + 2 + size + 2)?;
            body.extend_from_slice(&self.buffer[line + 2..line + 2 + size]);
            self.buffer.drain(..line + 2 + size + 2);
            at = 0;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn fill(&mut self, length: usize) -> Result<(), Failure> {
        while self.buffer.len() < length {
            self.more()?;
        }
        Ok(())
    }

    fn more(&mut self) -> Result<(), Failure> {
        let before = self.buffer.len();
        self.buffer.resize(before + (64 << 10), 0);
        let read = self.stream.read(&mut self.buffer[before..])?;
        self.buffer.truncate(before + read);
        if read == 0 {
            return Err(Failure::Broken);
        }
        Ok(())
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        let line = self
            .head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        line.map(|(_, value)| value.trim().to_owned())
    }

    pub fn count(&self, text: &str) -> usize {
        std::str::from_utf8(&self.body).map_or(0, |body| body.matches(text).count())
    }

    /// The text of the last element of that name, which stands near the end.
    pub fn element(&self, name: &str) -> Option<String> {
        let near = self.body.len().saturating_sub(4096);
        let text = String::from_utf8_lossy(&self.body[near..]).into_owned();
        let (_, rest) = text.rsplit_once(&format!("<{name}>"))?;
        Some(rest.split_once('<')?.0.to_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(2000)]).into_owned()
    }
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let found = bytes
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted);
    found.map(|at| from + at)
}
