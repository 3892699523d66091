//! Locations: joining a reference to the location of the document that holds it (RFC 3986, 5.2, and paths alike).

/// Resolves `reference` against the document at `base`. Fragments are dropped, dots removed, backslashes turned.
pub(super) fn join(base: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or("").replace('\\', "/");
    if reference.is_empty() {
        return base.to_owned();
    }
    if has_scheme(&reference) {
        return normal(&reference);
    }
    let (origin, path) = split(base);
    if reference.starts_with("//") && !origin.is_empty() {
        let scheme = origin.split("//").next().unwrap_or("");
        return normal(&format!("{scheme}{reference}"));
    }
    if reference.starts_with('/') {
        return normal(&format!("{origin}{reference}"));
    }
    let path = path.split('?').next().unwrap_or("");
    if reference.starts_with('?') {
        return format!("{origin}{path}{reference}");
    }
    let folder = match path.rfind('/') {
        Some(at) => path.get(..=at).unwrap_or(""),
        None if origin.is_empty() => "",
        None => "/",
    };
    normal(&format!("{origin}{folder}{reference}"))
}

/// Removes `.` and `..` segments where that can be done by looking only at the text.
pub(super) fn normal(location: &str) -> String {
    let (origin, path) = split(location);
    let (path, query) = match path.find('?') {
        Some(at) if !origin.is_empty() => path.split_at(at),
        _ => (path, ""),
    };
    let absolute = path.starts_with('/');
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            ".." if absolute => {}
            segment => segments.push(segment),
        }
    }
    let slash = if absolute { "/" } else { "" };
    let tail = if path.ends_with('/') && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    format!("{origin}{slash}{}{tail}{query}", segments.join("/"))
}

/// Tells whether a location is on the network: it has a scheme, and that is not `file`.
pub(super) fn is_remote(location: &str) -> bool {
    let scheme = location.split(':').next().unwrap_or("");
    has_scheme(location) && !scheme.eq_ignore_ascii_case("file") && scheme != "well-known"
}

fn has_scheme(location: &str) -> bool {
    // One letter before the colon is a drive, not a scheme.
    location.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// Splits `scheme://host` off a URL; a path has no such part.
fn split(location: &str) -> (&str, &str) {
    let Some(at) = location.find("://") else {
        return ("", location);
    };
    let host = location.get(at + 3..).unwrap_or("");
    let end = at + 3 + host.find('/').unwrap_or(host.len());
    location.split_at(end)
}

/// Turns `%20` and the like of a URI into the characters that they stand for.
pub fn unescape(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_network_from_files() {
        for (location, remote) in [
            ("http://h/a.xsd", true),
            ("HTTPS://h/a.xsd", true),
            ("urn:a", true),
            ("a.xsd", false),
            ("/etc/passwd", false),
            ("file:///etc/passwd", false),
            ("FILE:/etc/passwd", false),
            ("C:/a.xsd", false),
        ] {
            assert_eq!(is_remote(location), remote, "{location}");
        }
    }

    #[test]
    fn joins_like_a_browser_and_like_a_shell() {
        for (base, reference, joined) in [
            ("wsdl/a.wsdl", "../xsd/b.xsd", "xsd/b.xsd"),
            ("wsdl/a.wsdl", "b.xsd", "wsdl/b.xsd"),
            ("a.wsdl", "./b.xsd", "b.xsd"),
            ("a.wsdl", "../b.xsd", "../b.xsd"),
            ("/x/a.wsdl", "/y/b.xsd", "/y/b.xsd"),
            ("/x/a.wsdl", "..\\b.xsd", "/b.xsd"),
            ("http://h/p/a?wsdl", "?xsd=1", "http://h/p/a?xsd=1"),
            ("http://h/p/a?wsdl", "b.xsd", "http://h/p/b.xsd"),
            ("http://h/p/a", "/b.xsd", "http://h/b.xsd"),
            ("http://h", "b.xsd#id", "http://h/b.xsd"),
            ("/x/a.xsd", "http://h/b/../c.xsd", "http://h/c.xsd"),
        ] {
            assert_eq!(join(base, reference), joined, "{base} + {reference}");
        }
    }
}
