//! HTTP by hand, so that nothing but the bytes of the test goes out.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::process::Gateway;

pub(crate) struct Request {
    method: &'static str,
    path: String,
    version: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

pub(crate) struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub(crate) fn get(path: &str) -> Request {
        Request {
            method: "GET",
            path: path.to_owned(),
            version: "HTTP/1.1",
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(crate) fn head(path: &str) -> Request {
        Request {
            method: "HEAD",
            ..Request::get(path)
        }
    }

    /// A POST that does not say what it holds.
    pub(crate) fn bare(path: &str, body: &[u8]) -> Request {
        Request {
            method: "POST",
            body: body.to_vec(),
            ..Request::get(path)
        }
    }

    pub(crate) fn post(path: &str, body: &[u8]) -> Request {
        Request::bare(path, body).with_header("Content-Type", "text/xml; charset=utf-8")
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Request {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Puts a block into the header of the envelope.
    pub(crate) fn with_block(mut self, block: &str) -> Request {
        let body = String::from_utf8(self.body).unwrap();
        self.body = body
            .replace("<s:Body>", &format!("<s:Header>{block}</s:Header><s:Body>"))
            .into_bytes();
        self
    }

    pub(crate) fn with_version(mut self, version: &'static str) -> Request {
        self.version = version;
        self
    }

    pub(crate) fn send(self, gateway: &Gateway) -> Answer {
        self.send_to(gateway.address())
    }

    /// Sends it to an address, `http://` and what follows.
    pub(crate) fn send_to(mut self, address: &str) -> Answer {
        let address = address.trim_start_matches("http://").to_owned();
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            self = self.with_header("Host", &address);
        }
        let mut head = format!(
            "{} {} {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.method,
            self.path,
            self.version,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // A body that is too large is answered before it is all sent.
        let _ = stream.write_all(&self.body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        Answer::parse(&bytes)
    }
}

impl Answer {
    fn parse(bytes: &[u8]) -> Answer {
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("an answer with a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let header = |line: &str| {
            line.split_once(':')
                .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.filter_map(header).collect();
        Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}
