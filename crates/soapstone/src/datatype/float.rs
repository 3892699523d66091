//! `float` and `double` (XSD 1.0 part 2, 3.2.4 and 3.2.5) as Rust's `f32` and `f64`.

use std::fmt::Write;

use super::{Datatype, DatatypeError, space};

/// Checks `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`, which is narrower than what Rust reads.
fn check(text: &str, datatype: &'static str) -> Result<(), DatatypeError> {
    let mut cursor = super::digits::Cursor::new(text, datatype)?;
    if !cursor.take(b'-') {
        cursor.take(b'+');
    }
    let whole = cursor.digits();
    let fraction = if cursor.take(b'.') {
        cursor.digits()
    } else {
        ""
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(cursor.error("a digit, INF, -INF or NaN"));
    }
    if cursor.take(b'e') || cursor.take(b'E') {
        if !cursor.take(b'-') {
            cursor.take(b'+');
        }
        if cursor.digits().is_empty() {
            return Err(cursor.error("a digit of the exponent"));
        }
    }
    cursor.finish()
}

macro_rules! float {
    ($($type:ty, $name:literal);+ $(;)?) => {$(
        impl Datatype for $type {
            fn parse(lexical: &str) -> Result<$type, DatatypeError> {
                match space::trim(lexical) {
                    "INF" => Ok(<$type>::INFINITY),
                    "-INF" => Ok(<$type>::NEG_INFINITY),
                    "NaN" => Ok(<$type>::NAN),
                    text => {
                        check(text, $name)?;
                        text.parse().map_err(|_| DatatypeError::expected($name, "a number", 0))
                    }
                }
            }

            /// Appends the shortest form that reads back as the same value.
            fn write(&self, out: &mut String) {
                let magnitude = self.abs();
                // Writing to a `String` cannot fail.
                let _ = if self.is_nan() {
                    out.write_str("NaN")
                } else if self.is_infinite() {
                    out.write_str(if *self > 0.0 { "INF" } else { "-INF" })
                } else if magnitude == 0.0 || (1e-5..1e16).contains(&magnitude) {
                    write!(out, "{self}")
                } else {
                    write!(out, "{self:E}")
                };
            }
        }
    )+};
}
float!(f32, "float"; f64, "double");
