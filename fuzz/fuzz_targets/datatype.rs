//! Any text: what a datatype reads, it writes in a form that reads as the same value; nothing panics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use soapstone::datatype::{
    Base64Binary, Date, DateTime, Decimal, Duration, GDay, GMonth, GMonthDay, GYear, GYearMonth, HexBinary, Integer, Time,
};

macro_rules! same {
    ($text:expr, $($datatype:ty),+) => {$(
        if let Ok(value) = <$datatype>::parse($text) {
            let mut written = String::new();
            value.write(&mut written);
            let again = <$datatype>::parse(&written);
            assert!(again.as_ref() == Ok(&value), "{} {:?} wrote {written:?}, which reads as {again:?}", stringify!($datatype), $text);
        }
    )+};
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    same!(
        text, Decimal, Integer, DateTime, Date, Time, GYear, GYearMonth, GMonth, GMonthDay, GDay, Duration, HexBinary, Base64Binary
    );
});
