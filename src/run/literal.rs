//! PostgreSQL's text forms, read into cells: arrays and composites are taken apart, the rest is brought to its XSD form.

use crate::catalog::SqlType;
use crate::rows::Rows;

/// Pushes a value that came as PostgreSQL's text: arrays and composites are taken apart, the rest is kept or brought to
/// its XSD form. What cannot be is a misfit.
pub(crate) fn push(rows: &mut Rows, sql_type: &SqlType, text: &str) {
    let mark = rows.mark();
    if push_literal(rows, sql_type, text).is_none() {
        rows.rewind(mark);
        rows.push_misfit(text.as_bytes());
    }
}

fn push_literal(rows: &mut Rows, sql_type: &SqlType, text: &str) -> Option<()> {
    match sql_type.base() {
        SqlType::Array { item } => {
            let inside = text.strip_prefix('{')?.strip_suffix('}')?;
            // Bounds other than 1 (`[0:2]={…}`) and more dimensions are misfits.
            let items = split(inside, '"')?;
            let array = matches!(item.base(), SqlType::Array { .. });
            rows.push_list(|rows| {
                push_items(
                    rows,
                    items.iter().map(|piece| (item.as_ref(), piece)),
                    array,
                )
            })
            .ok()
        }
        SqlType::Composite { fields, .. } => {
            let inside = text.strip_prefix('(')?.strip_suffix(')')?;
            let pieces = split_fields(inside)?;
            if pieces.len() != fields.len() && !(fields.is_empty() && inside.is_empty()) {
                return None;
            }
            let pairs = fields.iter().map(|field| &field.sql_type).zip(&pieces);
            rows.push_fields(|rows| push_items(rows, pairs, true)).ok()
        }
        SqlType::Boolean => {
            let word: &[u8] = match text {
                "t" | "true" => b"true",
                "f" | "false" => b"false",
                _ => return None,
            };
            rows.push_with(|out| out.extend_from_slice(word));
            Some(())
        }
        SqlType::Float32 | SqlType::Float64 => {
            match text {
                "Infinity" => rows.push_text("INF"),
                "-Infinity" => rows.push_text("-INF"),
                text => rows.push_text(text),
            }
            Some(())
        }
        SqlType::Decimal { .. } => {
            (!matches!(text, "NaN" | "Infinity" | "-Infinity")).then(|| rows.push_text(text))
        }
        SqlType::Bytes { .. } => {
            let hex = text.strip_prefix("\\x")?.as_bytes();
            let nibble = |byte: u8| char::from(byte).to_digit(16);
            let bytes = hex.chunks(2).map(|pair| match pair {
                [high, low] => Some((nibble(*high)? * 16 + nibble(*low)?) as u8),
                _ => None,
            });
            rows.push_bytes(&bytes.collect::<Option<Vec<u8>>>()?);
            Some(())
        }
        SqlType::Date | SqlType::Timestamp { .. } | SqlType::Time { .. } => {
            push_time(rows, sql_type.base(), text)
        }
        _ => {
            rows.push_text(text);
            Some(())
        }
    }
}

/// A piece of a literal: NULL, or its text with the quotes undone.
#[derive(Debug)]
struct Piece {
    text: Option<String>,
    quoted: bool,
}

fn push_items<'a>(
    rows: &mut Rows,
    items: impl Iterator<Item = (&'a SqlType, &'a Piece)>,
    nested: bool,
) -> Result<(), ()> {
    for (sql_type, piece) in items {
        match &piece.text {
            None => rows.push_null(),
            // An unquoted brace in an array of scalars is a second dimension.
            Some(text) if !nested && !piece.quoted && text.starts_with('{') => return Err(()),
            Some(text) => push_literal(rows, sql_type, text).ok_or(())?,
        }
    }
    Ok(())
}

/// Cuts the inside of an array at its commas (PostgreSQL, 8.15.6).
fn split(inside: &str, quote: char) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut chars = inside.chars().peekable();
    while chars.peek().is_some() {
        let mut text = String::new();
        let mut quoted = false;
        let mut depth = 0_u32;
        loop {
            match chars.next() {
                None | Some(',') if depth == 0 => break,
                None => return None,
                Some(c) if c == quote && depth == 0 => {
                    quoted = true;
                    loop {
                        match chars.next()? {
                            '\\' => text.push(chars.next()?),
                            c if c == quote => break,
                            c => text.push(c),
                        }
                    }
                }
                Some('\\') => text.push(chars.next()?),
                Some(c) => {
                    match c {
                        '{' => depth += 1,
                        '}' => depth = depth.checked_sub(1)?,
                        _ => {}
                    }
                    text.push(c);
                }
            }
        }
        let null = !quoted && text.eq_ignore_ascii_case("null");
        pieces.push(Piece {
            text: (!null).then_some(text),
            quoted,
        });
    }
    Some(pieces)
}

/// Cuts the inside of a composite at its commas: nothing at all is NULL, quotes may be doubled (PostgreSQL, 8.16.6).
fn split_fields(inside: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut chars = inside.chars().peekable();
    loop {
        let mut text = String::new();
        let mut quoted = false;
        let end = loop {
            match chars.next() {
                None => break true,
                Some(',') => break false,
                Some('\\') => text.push(chars.next()?),
                Some('"') => {
                    quoted = true;
                    loop {
                        match chars.next()? {
                            '\\' => text.push(chars.next()?),
                            '"' if chars.next_if_eq(&'"').is_some() => text.push('"'),
                            '"' => break,
                            c => text.push(c),
                        }
                    }
                }
                Some(c) => text.push(c),
            }
        };
        let null = !quoted && text.is_empty();
        pieces.push(Piece {
            text: (!null).then_some(text),
            quoted,
        });
        if end {
            return Some(pieces);
        }
    }
}

/// Brings `2024-02-29 12:00:00+00` to XSD's form.
fn push_time(rows: &mut Rows, sql_type: &SqlType, text: &str) -> Option<()> {
    if text.ends_with("infinity") {
        return None;
    }
    let (text, negative) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut form = String::with_capacity(text.len() + 4);
    if negative {
        form.push('-');
    }
    let (body, zone) = match sql_type {
        SqlType::Timestamp { zone: true } | SqlType::Time { zone: true } => {
            let time = text.find(':').unwrap_or(0);
            let at = text.get(time..)?.find(['+', '-']).map(|at| time + at)?;
            text.split_at_checked(at)?
        }
        _ => (text, ""),
    };
    for c in body.chars() {
        form.push(if c == ' ' { 'T' } else { c });
    }
    match (zone, zone.len()) {
        ("", _) => {}
        ("+00", _) if matches!(sql_type, SqlType::Timestamp { .. }) => form.push('Z'),
        // `+02` wants minutes; `+02:30:15` has seconds, which XSD cannot say.
        (zone, 3) => {
            form.push_str(zone);
            form.push_str(":00");
        }
        (zone, 6) => form.push_str(zone),
        _ => return None,
    }
    rows.push_text(&form);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{Cell, Cells};

    fn show(cells: Cells<'_>) -> String {
        let cell = |cell: Cell<'_>| match cell {
            Cell::Null => "~".to_owned(),
            Cell::Text(text) => text.to_owned(),
            Cell::Bytes(bytes) => format!("{bytes:?}"),
            Cell::Misfit(bytes) => format!("!{}", String::from_utf8_lossy(bytes)),
            Cell::List(cells) => format!("[{}]", show(cells)),
            Cell::Fields(cells) => format!("({})", show(cells)),
        };
        cells.map(cell).collect::<Vec<_>>().join("|")
    }

    fn parsed(sql_type: &SqlType, text: &str) -> String {
        let mut rows = Rows::default();
        push(&mut rows, sql_type, text);
        rows.end_row(0, "");
        show(rows.row(0))
    }

    #[test]
    fn literals() {
        let text = SqlType::Text {
            length: None,
            fixed: false,
        };
        let array = |item: SqlType| SqlType::Array {
            item: Box::new(item),
        };
        for (literal, expected) in [
            ("{}", "[]"),
            (
                r#"{a,"b c",NULL,"NULL","x\"y\\z",""}"#,
                r#"[a|b c|~|NULL|x"y\z|]"#,
            ),
            ("{{a,b},{c,d}}", "!{{a,b},{c,d}}"),
            ("[0:1]={a,b}", "![0:1]={a,b}"),
        ] {
            assert_eq!(parsed(&array(text.clone()), literal), expected);
        }
        assert_eq!(
            parsed(&array(SqlType::Boolean), "{t,f,NULL}"),
            "[true|false|~]"
        );
        assert_eq!(
            parsed(&array(SqlType::Bytes { length: None }), r#"{"\\x00ff"}"#),
            "[[0, 255]]"
        );
        let zoned = SqlType::Timestamp { zone: true };
        assert_eq!(
            parsed(&array(zoned), r#"{"2024-02-29 12:00:00.5+00"}"#),
            "[2024-02-29T12:00:00.5Z]"
        );
        assert_eq!(
            parsed(&SqlType::Time { zone: true }, "12:00:00+02"),
            "12:00:00+02:00"
        );
        assert_eq!(parsed(&SqlType::Date, "0044-03-15 BC"), "-0044-03-15");
    }

    #[test]
    fn composites() {
        let field = |name: &str, sql_type: SqlType| crate::catalog::Field {
            name: name.to_owned(),
            sql_type,
            type_name: String::new(),
        };
        let name = crate::catalog::TypeName {
            schema: String::new(),
            name: String::new(),
        };
        let text = || SqlType::Text {
            length: None,
            fixed: false,
        };
        let inner = SqlType::Composite {
            name: name.clone(),
            fields: vec![field("a", text()), field("b", text())],
        };
        let outer = SqlType::Composite {
            name,
            fields: vec![field("x", text()), field("y", inner)],
        };
        assert_eq!(parsed(&outer, r#"("a ""q""","(1,)")"#), r#"(a "q"|(1|~))"#);
        assert_eq!(parsed(&outer, "(,)"), "(~|~)");
    }
}
