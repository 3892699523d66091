//! WS-Security UsernameToken (OASIS UsernameToken Profile 1.1): the password as text, or its digest with a nonce and the time.

use base64::Engine as _;
use sha1::{Digest as _, Sha1};
use soapstone::xml::Writer;

const SECEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// A user's token.
#[derive(Clone, PartialEq, Eq)]
pub struct UsernameToken {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// The password's digest is sent, not the password.
    pub digest: bool,
}

impl std::fmt::Debug for UsernameToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UsernameToken")
    }
}

impl UsernameToken {
    /// The header block; `nonce` is fresh for each message, `created` a time such as `2024-01-01T00:00:00Z`.
    pub fn header(&self, nonce: &[u8], created: &str) -> String {
        let encoded = base64::engine::general_purpose::STANDARD.encode(nonce);
        let mut writer = Writer::new();
        writer.start("wsse:Security");
        writer.attribute("xmlns:wsse", SECEXT);
        writer.attribute("xmlns:wsu", UTILITY);
        writer.attribute("soap:mustUnderstand", "1");
        writer.start("wsse:UsernameToken");
        text(&mut writer, "wsse:Username", &[], &self.user);
        if self.digest {
            let password = digest(nonce, created, &self.password);
            text(
                &mut writer,
                "wsse:Password",
                &[("Type", &format!("{PROFILE}#PasswordDigest"))],
                &password,
            );
            text(
                &mut writer,
                "wsse:Nonce",
                &[("EncodingType", BASE64)],
                &encoded,
            );
            text(&mut writer, "wsu:Created", &[], created);
        } else {
            text(
                &mut writer,
                "wsse:Password",
                &[("Type", &format!("{PROFILE}#PasswordText"))],
                &self.password,
            );
        }
        writer.end();
        writer.end();
        writer.finish()
    }
}

fn text(writer: &mut Writer, name: &str, attributes: &[(&str, &str)], text: &str) {
    writer.start(name);
    for (name, value) in attributes {
        writer.attribute(name, value);
    }
    writer.text(text);
    writer.end();
}

/// Base64(SHA-1(nonce + created + password)) (UsernameToken Profile 1.1, 3.1).
fn digest(nonce: &[u8], created: &str, password: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(nonce);
    hash.update(created.as_bytes());
    hash.update(password.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_profile() {
        // printf 'abc2024-01-01T00:00:00Zsecret' | openssl dgst -sha1 -binary | base64
        assert_eq!(
            digest(b"abc", "2024-01-01T00:00:00Z", "secret"),
            "2zAZN2kdxV/Tm6fciqdYpqlZo6Q="
        );
        let token = UsernameToken {
            user: "a<b".to_owned(),
            password: "secret".to_owned(),
            digest: true,
        };
        let header = token.header(b"abc", "2024-01-01T00:00:00Z");
        assert!(
            header.contains("<wsse:Username>a&lt;b</wsse:Username>"),
            "{header}"
        );
        assert!(!header.contains("secret"), "{header}");
        assert!(
            UsernameToken {
                digest: false,
                ..token
            }
            .header(b"", "")
            .contains(">secret</wsse:Password>")
        );
    }
}
