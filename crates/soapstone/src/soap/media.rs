//! What the HTTP headers of a message say: media type, charset, action. Real stacks write them in every way there is.

use super::Version;

/// A media type with its parameters (RFC 9110, 8.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType {
    /// `type/subtype`, in lower case.
    pub essence: String,
    /// The parameters in order, names in lower case, values unquoted.
    pub parameters: Vec<(String, String)>,
}

impl MediaType {
    /// Reads a `Content-Type`: any order, case, spacing and quoting; broken parameters are passed over.
    pub fn parse(text: &str) -> MediaType {
        let (essence, mut rest) = text.split_once(';').unwrap_or((text, ""));
        let mut parameters = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';');
            if rest.is_empty() {
                break;
            }
            let end = rest.find(['=', ';']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let Some(after) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let (value, after) = parameter_value(after.trim_start());
            parameters.push((name.trim().to_ascii_lowercase(), value));
            rest = after;
        }
        MediaType {
            essence: essence.trim().to_ascii_lowercase(),
            parameters,
        }
    }

    /// The value of a parameter, by its name in lower case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| &**value)
    }
}

/// Splits a parameter's value, quoted or not, from what follows it.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
        return (value.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                let rest = quoted.get(at + 1..).unwrap_or_default();
                return (value, rest.split_at(rest.find(';').unwrap_or(rest.len())).1);
            }
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}

impl Version {
    /// The version whose messages have a media type, alone or with parts beside them, as `type` and `start-info` tell (RFC 2387;
    /// XOP 1.0, 5.1); nothing where it is that of no message, or of either version.
    pub fn of_media(media: &MediaType) -> Option<Version> {
        Version::of_essence(&media.essence).or_else(|| {
            let told = ["type", "start-info"].map(|name| media.parameter(name));
            let mut told = told.into_iter().flatten().map(MediaType::parse);
            told.find_map(|media| Version::of_essence(&media.essence))
        })
    }

    fn of_essence(essence: &str) -> Option<Version> {
        match essence {
            "text/xml" => Some(Version::Soap11),
            "application/soap+xml" => Some(Version::Soap12),
            _ => None,
        }
    }
}

/// What the headers of a posted message say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The version that the media type belongs to; the envelope decides. Nothing for `application/xml` and none at all.
    pub version: Option<Version>,
    /// The charset, for [`decode`](crate::xml::decode).
    pub charset: Option<String>,
    /// The action: `action` of the media type, else `SOAPAction`, unquoted; nothing where it is absent or empty.
    pub action: Option<String>,
}

/// A message in a media type that is not taken: the answer is 415.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the media type {0:?} is not text/xml or application/soap+xml")]
pub struct Unsupported(pub String);

impl Posted {
    /// Reads `Content-Type` and `SOAPAction`.
    ///
    /// # Errors
    /// Where the media type is that of no message.
    pub fn read(
        content_type: Option<&str>,
        soap_action: Option<&str>,
    ) -> Result<Posted, Unsupported> {
        let media = content_type.map(MediaType::parse);
        let version = match media.as_ref().map_or("", |media| &media.essence) {
            "" | "application/xml" => None,
            essence => match Version::of_essence(essence) {
                None => return Err(Unsupported(essence.to_owned())),
                known => known,
            },
        };
        let parameter = |name| media.as_ref().and_then(|media| media.parameter(name));
        let action = parameter("action")
            .map(str::trim)
            .filter(|action| !action.is_empty());
        let action =
            action.or_else(|| soap_action.map(|action| action.trim().trim_matches('"').trim()));
        Ok(Posted {
            version,
            charset: parameter("charset")
                .map(|charset| charset.trim().trim_matches('\'').to_owned()),
            action: action
                .filter(|action| !action.is_empty())
                .map(str::to_owned),
        })
    }
}
