//! Who asks, as `Authorization` tells it: shown by clients, read by servers.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "client")]
use hyper::http::HeaderValue;

/// What a client shows of itself in `Authorization`; its secrets are not in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// HTTP Basic (RFC 7617), in UTF-8.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A bearer token (RFC 6750).
    Bearer(String),
}

impl Credentials {
    /// Reads an `Authorization` header; nothing where it is of another kind, or not as it should be.
    pub fn read(header: &str) -> Option<Credentials> {
        let (scheme, told) = header.trim().split_once(' ')?;
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Credentials::Bearer(told.trim().to_owned()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = String::from_utf8(STANDARD.decode(told.trim()).ok()?).ok()?;
        let (user, password) = pair.split_once(':')?;
        Some(Credentials::Basic {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    #[cfg(feature = "client")]
    pub(super) fn header(&self) -> Option<HeaderValue> {
        let text = match self {
            Credentials::Basic { user, password } => {
                let pair = format!("{user}:{password}");
                format!("Basic {}", STANDARD.encode(pair))
            }
            Credentials::Bearer(token) => format!("Bearer {token}"),
        };
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credentials::Basic { .. } => "Basic",
            Credentials::Bearer(_) => "Bearer",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_in_every_spelling_and_never_told() {
        let basic = |user: &str, password: &str| {
            Some(Credentials::Basic {
                user: user.to_owned(),
                password: password.to_owned(),
            })
        };
        let cases = [
            ("Basic w7w6cDp3", basic("ü", "p:w")),
            (" bASIC   w7w6cDp3 ", basic("ü", "p:w")),
            ("Basic Og==", basic("", "")),
            ("Basic dXNlcg==", None),
            ("Basic ?", None),
            ("Basic", None),
            ("Digest username=\"a\"", None),
            (
                "bearer abc.def",
                Some(Credentials::Bearer("abc.def".to_owned())),
            ),
        ];
        for (header, expected) in cases {
            let read = Credentials::read(header);
            assert_eq!(read, expected, "{header}");
            let told = format!("{read:?}");
            assert!(!told.contains("p:w") && !told.contains("abc"), "{told}");
        }
    }
}
