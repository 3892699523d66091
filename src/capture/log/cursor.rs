//! Where a reader of the change log stands, as the text that it is given and gives back.

use crate::catalog::Dialect;
use crate::store::StoreError;

/// Where a reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cursor {
    Number(i64),
    Snapshots {
        from: Option<String>,
        to: Option<String>,
        after: i64,
    },
    Gaps {
        high: i64,
        gaps: Vec<Gap>,
    },
}

/// Numbers, both ends included, that were missing when they were first looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) seen: i64,
}

impl Cursor {
    /// `n:17`, `s:<from>;<to>;<after>`, `g:<high>;<first>-<last>@<seen>,…`; the empty text is the start.
    pub(super) fn parse(text: &str, dialect: Dialect) -> Result<Cursor, StoreError> {
        let wrong = || StoreError::Cursor(text.to_owned());
        let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
        let start = match dialect {
            Dialect::Sqlite => Cursor::Number(0),
            Dialect::Postgres => Cursor::Snapshots {
                from: None,
                to: None,
                after: 0,
            },
            Dialect::Mysql => Cursor::Gaps {
                high: 0,
                gaps: Vec::new(),
            },
        };
        if text.is_empty() {
            return Ok(start);
        }
        let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
        let cursor = match kind {
            "n" => Cursor::Number(number(rest)?),
            "s" => {
                let parts: Vec<&str> = rest.split(';').collect();
                let [from, to, after] = parts.as_slice() else {
                    return Err(wrong());
                };
                let snapshot = |text: &str| match text {
                    "" => Ok(None),
                    text if snapshot_bounds(text).is_some() => Ok(Some(text.to_owned())),
                    _ => Err(wrong()),
                };
                Cursor::Snapshots {
                    from: snapshot(from)?,
                    to: snapshot(to)?,
                    after: number(after)?,
                }
            }
            "g" => {
                let (high, list) = rest.split_once(';').ok_or_else(wrong)?;
                let mut gaps = Vec::new();
                for gap in list.split(',').filter(|gap| !gap.is_empty()) {
                    let (range, seen) = gap.split_once('@').ok_or_else(wrong)?;
                    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
                    gaps.push(Gap {
                        first: number(first)?,
                        last: number(last)?,
                        seen: number(seen)?,
                    });
                }
                Cursor::Gaps {
                    high: number(high)?,
                    gaps,
                }
            }
            _ => return Err(wrong()),
        };
        if std::mem::discriminant(&cursor) == std::mem::discriminant(&start) {
            Ok(cursor)
        } else {
            Err(wrong())
        }
    }

    pub(super) fn write(&self) -> String {
        match self {
            Cursor::Number(number) => format!("n:{number}"),
            Cursor::Snapshots { from, to, after } => {
                format!(
                    "s:{};{};{after}",
                    from.as_deref().unwrap_or_default(),
                    to.as_deref().unwrap_or_default()
                )
            }
            Cursor::Gaps { high, gaps } => {
                let gaps: Vec<String> = gaps
                    .iter()
                    .map(|gap| format!("{}-{}@{}", gap.first, gap.last, gap.seen))
                    .collect();
                format!("g:{high};{}", gaps.join(","))
            }
        }
    }

    /// What is below this number (PostgreSQL: transaction id) has been read.
    pub(super) fn passed(&self) -> i64 {
        match self {
            Cursor::Number(number) => number + 1,
            Cursor::Snapshots { from, .. } => from
                .as_deref()
                .and_then(snapshot_bounds)
                .map_or(0, |(xmin, _)| xmin),
            Cursor::Gaps { high, gaps } => {
                gaps.iter().map(|gap| gap.first).min().unwrap_or(high + 1)
            }
        }
    }
}

/// `xmin:xmax:list` → `xmin`, `xmax`.
pub(super) fn snapshot_bounds(text: &str) -> Option<(i64, i64)> {
    let mut parts = text.split(':');
    let bounds = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let list = parts.next()?;
    let plain = list
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b',')
        && parts.next().is_none();
    plain.then_some(bounds)
}

/// What is left of a gap after a page: the numbers not found, unless it is closed; all of it above what the page reached.
pub(super) fn remaining(gap: &Gap, found: &[i64], reached: i64, closed: bool) -> Vec<Gap> {
    let inside: Vec<i64> = found
        .iter()
        .copied()
        .filter(|id| (gap.first..=gap.last).contains(id))
        .collect();
    let mut parts = Vec::new();
    let mut first = gap.first;
    for id in inside.iter().copied().chain([gap.last + 1]) {
        if first < id {
            parts.push(Gap {
                first,
                last: id - 1,
                seen: gap.seen,
            });
        }
        first = id + 1;
    }
    parts.retain(|part| !closed || part.last > reached);
    parts
}

/// The numbers missing between `after` and the last of `ids`, as gaps seen now.
pub(super) fn missing(after: i64, ids: &[i64], now: i64) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut expected = after + 1;
    for id in ids {
        if *id > expected {
            gaps.push(Gap {
                first: expected,
                last: id - 1,
                seen: now,
            });
        }
        expected = id + 1;
    }
    gaps
}
