//! Any bytes: decoding and reading end in events or in an error with a place, and what is read can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use soapstone::xml::{Event, Options, Reader, decode};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes, None) else { return };
    for options in [Options::message(), Options::document()] {
        let mut reader = Reader::new(&text, &options);
        let mut depth = 0usize;
        loop {
            match reader.next() {
                Ok(Event::Start(_)) => depth += 1,
                Ok(Event::End(_)) => depth = depth.checked_sub(1).expect("an end tag without its start"),
                Ok(Event::Text(text)) => assert!(!text.is_empty() && depth > 0),
                Ok(Event::Eof) => {
                    assert_eq!(depth, 0);
                    break;
                }
                Err(error) => {
                    assert!(error.offset <= text.len());
                    break;
                }
            }
            assert!(reader.offset() <= reader.end_offset() && reader.end_offset() <= text.len());
        }
    }
});
