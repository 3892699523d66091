//! MySQL's and MariaDB's types, from `data_type` and `column_type` of `information_schema`.

use super::{Generation, SqlType};

/// The type of a column or parameter; `declared` is its full text, like `decimal(10,2) unsigned` or `enum('a','b')`.
pub(crate) fn sql_type(data_type: &str, declared: &str, length: Option<i64>) -> SqlType {
    let unsigned = declared.to_ascii_lowercase().contains("unsigned");
    let integer = |bits| SqlType::Integer { bits, unsigned };
    let length = length.and_then(|length| u32::try_from(length).ok());
    match data_type {
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" | "integer" => integer(32),
        "bigint" => integer(64),
        "decimal" | "numeric" => {
            let numbers = numbers(declared);
            SqlType::Decimal {
                precision: numbers.first().copied(),
                scale: Some(numbers.get(1).copied().unwrap_or(0)),
                unsigned,
            }
        }
        "float" => SqlType::Float32,
        "double" | "real" => SqlType::Float64,
        // Its padding is not read back.
        "char" => SqlType::Text {
            length,
            fixed: false,
        },
        "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => {
            // The texts' lengths are bytes, so that they bound characters too.
            SqlType::Text {
                length: length.filter(|length| *length < 1 << 24),
                fixed: false,
            }
        }
        // A vector is the bytes of its single floats.
        "vector" | "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => {
            SqlType::Bytes {
                length: length.filter(|length| *length < 1 << 24),
            }
        }
        "date" => SqlType::Date,
        "time" => SqlType::Time { zone: false },
        "datetime" => SqlType::Timestamp { zone: false },
        "timestamp" => SqlType::Timestamp { zone: true },
        "year" => SqlType::Year,
        "bit" => SqlType::Bit {
            length: Some(numbers(declared).first().copied().unwrap_or(1)),
            varying: false,
        },
        "enum" => SqlType::Enum {
            name: None,
            labels: labels(declared),
        },
        "set" => SqlType::Set {
            labels: labels(declared),
        },
        "json" => SqlType::Json,
        "uuid" => SqlType::Uuid,
        _ => SqlType::Other,
    }
}

fn numbers(declared: &str) -> Vec<u32> {
    let inside = declared
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(inside, _)| inside);
    inside
        .split(',')
        .filter_map(|number| number.trim().parse().ok())
        .collect()
}

/// The labels of `enum('a','it''s')`.
fn labels(declared: &str) -> Vec<String> {
    let mut labels = Vec::new();
    let mut rest = declared.chars().skip_while(|c| *c != '\'').peekable();
    while rest.next() == Some('\'') {
        let mut label = String::new();
        while let Some(c) = rest.next() {
            if c == '\'' && rest.next_if_eq(&'\'').is_none() {
                break;
            }
            label.push(c);
        }
        labels.push(label);
        rest.next_if_eq(&',');
    }
    labels
}

/// Who makes the values of a column, by what the catalog tells beside its type.
pub(super) fn generation(extra: &str) -> Generation {
    let computed = ["virtual", "stored generated", "persistent"];
    match () {
        () if computed.iter().any(|word| extra.contains(word)) => Generation::Computed,
        () if extra.contains("auto_increment") => Generation::Default,
        () => Generation::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_unquoted() {
        assert_eq!(labels("enum('a','it''s',',','')"), ["a", "it's", ",", ""]);
        assert_eq!(labels("set('x')"), ["x"]);
    }

    #[test]
    fn declared_types() {
        let text = |declared: &str| {
            format!(
                "{:?}",
                sql_type(declared.split(['(', ' ']).next().unwrap(), declared, None)
            )
        };
        assert_eq!(
            text("bigint(20) unsigned"),
            "Integer { bits: 64, unsigned: true }"
        );
        assert_eq!(
            text("decimal(18,4)"),
            "Decimal { precision: Some(18), scale: Some(4), unsigned: false }"
        );
        assert_eq!(text("bit(1)"), "Bit { length: Some(1), varying: false }");
        assert_eq!(text("point"), "Other");
    }
}
