//! The XPath subset of identity constraints (XSD 1.0 part 1, 3.11.6).
//!
//! `selector: Path ('|' Path)*`, `Path: ('.//')? Step ('/' Step)*`, `Step: '.' | NameTest`, and in a field the last step
//! may be `@NameTest`. `child::` and `attribute::` are the long forms; white space is free between tokens.

use soapstone::name::QName;
use soapstone::xml::{XML_NAMESPACE, is_ncname};

use crate::model::{Path, Scope, Step};

/// Parses a selector or, with `field`, a field. The error says what is wrong.
pub(super) fn parse(text: &str, scope: &Scope, field: bool) -> Result<Vec<Path>, String> {
    let tokens = tokens(text)?;
    tokens
        .split(|token| *token == "|")
        .map(|alternative| path(alternative, scope, field))
        .collect()
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn name_length(text: &str) -> usize {
    text.find(|c: char| is_space(c) || "/|@*:".contains(c))
        .unwrap_or(text.len())
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(is_space);
    while let Some(first) = rest.chars().next() {
        let mut length = match first {
            _ if rest.starts_with("//") || rest.starts_with("::") => 2,
            '.' | '/' | '|' | '@' | '*' => 1,
            _ => name_length(rest),
        };
        // A name may hold one colon, glued on both sides.
        let tail = rest.get(length..).unwrap_or("");
        if let Some(after) = tail.strip_prefix(':')
            && !after.starts_with(':')
            && rest.get(..length).is_some_and(is_ncname)
        {
            length += 1 + if after.starts_with('*') {
                1
            } else {
                name_length(after)
            };
        }
        if length == 0 {
            return Err("a stray colon".to_owned());
        }
        let (token, tail) = rest.split_at(length);
        tokens.push(token);
        rest = tail.trim_start_matches(is_space);
    }
    Ok(tokens)
}

fn path(tokens: &[&str], scope: &Scope, field: bool) -> Result<Path, String> {
    let mut path = Path {
        anywhere: false,
        steps: Vec::new(),
        attribute: None,
    };
    let mut rest = tokens;
    if let [".", "//", tail @ ..] = rest {
        path.anywhere = true;
        rest = tail;
    }
    loop {
        rest = match rest {
            [] => return Err("a step is missing".to_owned()),
            [".", tail @ ..] => tail,
            ["@", name, tail @ ..] | ["attribute", "::", name, tail @ ..] if field => {
                path.attribute = Some(name_test(name, scope)?);
                if !tail.is_empty() {
                    return Err("an attribute step must be the last".to_owned());
                }
                tail
            }
            ["@", ..] | ["attribute", "::", ..] => {
                return Err("a selector can't select attributes".to_owned());
            }
            ["child", "::", name, tail @ ..] | [name, tail @ ..] => {
                path.steps.push(name_test(name, scope)?);
                tail
            }
        };
        rest = match rest {
            [] => return Ok(path),
            ["/", tail @ ..] => tail,
            ["//", ..] => return Err("// may stand only at the start, after a dot".to_owned()),
            [other, ..] => return Err(format!("{other} can't stand there")),
        };
    }
}

fn name_test(token: &str, scope: &Scope) -> Result<Step, String> {
    if token == "*" {
        return Ok(Step::Any);
    }
    let Some((prefix, local)) = token.split_once(':') else {
        // 3.11.6: a name without prefix is in no namespace, whatever the default namespace.
        return match is_ncname(token) {
            true => Ok(Step::Name(QName::new("", token))),
            false => Err(format!("{token} is not a name")),
        };
    };
    let bound = scope
        .iter()
        .find(|(p, _)| &**p == prefix)
        .map(|(_, namespace)| namespace.clone());
    let bound = bound.or_else(|| (prefix == "xml").then(|| XML_NAMESPACE.into()));
    let Some(namespace) = bound else {
        return Err(format!("the prefix {prefix} is not declared"));
    };
    match local {
        "*" => Ok(Step::Namespace(namespace)),
        local if is_ncname(local) => Ok(Step::Name(QName {
            namespace,
            local: local.into(),
        })),
        _ => Err(format!("{token} is not a name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_subset_and_nothing_else() {
        let scope: Scope = [("p".into(), "urn:p".into())].into();
        let good = [
            "a",
            ".",
            "./a",
            ".//a",
            ".// a / p:b",
            "a|b",
            "p:*",
            "*/a",
            ". // .",
            "child::a/child::*",
            ".//.",
            "a/.",
        ];
        for good in good {
            assert!(parse(good, &scope, false).is_ok(), "{good}");
        }
        let bad = [
            "", "/a", "//a", "a//b", "a/", "@a", "a|", "..", "a[1]", "q:a", "p :a", "p: a", "a b",
            "a/@b", "text()",
        ];
        for bad in bad {
            assert!(parse(bad, &scope, false).is_err(), "{bad}");
        }
        for good in ["@a", "a/@p:b", ".//@*", "attribute::a", "@ a", "."] {
            assert!(parse(good, &scope, true).is_ok(), "{good}");
        }
        for bad in ["@a/b", "@", "@@a", "a@b"] {
            assert!(parse(bad, &scope, true).is_err(), "{bad}");
        }
    }
}
