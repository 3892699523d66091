//! Any expression: it compiles, or it is refused with a position inside it; what compiles can be asked, in linear time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use soapstone_schema::pattern::{Pattern, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (expression, value) = text.split_once('\n').unwrap_or((text, text));
    let compiled = Pattern::compile(expression);
    if let Ok(pattern) = &compiled {
        pattern.is_match(value);
        assert!(parse(expression).is_ok(), "{expression:?} compiles, but does not parse");
    }
});
