//! The database goes away and comes back: a retryable problem at once, not ready, and ready again by itself.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use soapstone_gateway::catalog::Dialect;

use crate::contract::Contract;
use crate::database::dialects;
use crate::ground::Ground;
use crate::http::Request;
use crate::process::Gateway;
use crate::text;

/// A line to a database server that can be cut.
struct Line {
    port: u16,
    whole: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Line {
    fn to(server: String) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let whole = Arc::new(AtomicBool::new(true));
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let line = Line {
            port,
            whole: Arc::clone(&whole),
            streams: Arc::clone(&streams),
        };
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if !whole.load(Ordering::SeqCst) {
                    continue;
                }
                let far = TcpStream::connect(&server).unwrap();
                for (from, to) in [(&near, &far), (&far, &near)] {
                    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                streams.lock().unwrap().extend([near, far]);
            }
        });
        line
    }

    fn cut(&self) {
        self.whole.store(false, Ordering::SeqCst);
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn mend(&self) {
        self.whole.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_database_that_goes_away_is_told_at_once_and_found_again() {
    for dialect in dialects()
        .into_iter()
        .filter(|dialect| *dialect != Dialect::Sqlite)
    {
        let ground = Ground::with(
            dialect,
            "create table one (id integer primary key); insert into one values (1)",
        );
        let (start, rest) = ground.url().split_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let line = Line::to(server.to_owned());
        let url = format!("{start}@127.0.0.1:{}/{name}", line.port);
        let gateway = Gateway::start(&["--db", &url]);
        let contract = Contract::served(&gateway);
        let get = || ground.request("GetOne", "<id>1</id>").send(&gateway);
        let ready = || Request::get("/health/ready").send(&gateway).status;
        assert_eq!((get().status, ready()), (200, 200), "{dialect}");
        line.cut();
        let begun = Instant::now();
        let answer = get();
        assert_eq!(
            text(&answer.body, "retryable"),
            Some("true"),
            "{dialect}: {}",
            answer.body
        );
        contract.check(&answer).unwrap();
        assert!(
            !answer.body.contains("127.0.0.1"),
            "{dialect}: {}",
            answer.body
        );
        assert_eq!(ready(), 503, "{dialect}");
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "{dialect}: {:?}",
            begun.elapsed()
        );
        assert_eq!(Request::get("/health/live").send(&gateway).status, 200);
        assert_eq!(Request::get("/soap/crm?wsdl").send(&gateway).status, 200);
        line.mend();
        let answer = get();
        assert_eq!(answer.status, 200, "{dialect}: {}", answer.body);
        assert_eq!(ready(), 200, "{dialect}");
    }
}
