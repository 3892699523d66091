//! What people did with deliveries, kept and read again.

use crate::binds;
use crate::store::StoreError;
use crate::store::session::Session;

use super::Deed;

/// What somebody did with a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// When.
    pub at: i64,
    /// Who.
    pub who: String,
    /// What: `replay`, `edit`, `give up`, `confirm`.
    pub action: String,
    /// Why.
    pub note: Option<String>,
    /// The message before and after an edit.
    pub messages: Option<(String, String)>,
}

impl Recorded {
    /// What an edit changed, a line for each tag: `-` what it was, `+` what it became. What is the same at both ends is left out.
    pub fn difference(&self) -> Option<String> {
        let (before, after) = self.messages.as_ref()?;
        let (before, after) = (lines(before), lines(after));
        let same = |(left, right): &(&String, &String)| left == right;
        let start = before.iter().zip(&after).take_while(same).count();
        let (before, after) = (before.get(start..)?, after.get(start..)?);
        let end = before
            .iter()
            .rev()
            .zip(after.iter().rev())
            .take_while(same)
            .count();
        let changed = |lines: &[String], sign: &str| -> String {
            let kept = lines.len() - end;
            let lines = lines.iter().take(kept);
            lines.map(|line| format!("{sign} {line}\n")).collect()
        };
        Some(changed(before, "-") + &changed(after, "+"))
    }
}

/// A message in lines: XML is broken between tags.
fn lines(message: &str) -> Vec<String> {
    message
        .replace("><", ">\n<")
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Reads what people did with a delivery, in order.
///
/// # Errors
/// What the database says.
pub async fn deeds(session: &mut Session, id: i64) -> Result<Vec<Recorded>, StoreError> {
    let rows = session
        .rows(
            "select at, who, action, note, before_message, after_message from {s}edit where delivery = ? order by at",
            binds![id],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Recorded {
            at: row.integer(0),
            who: row.text(1),
            action: row.text(2),
            note: row.optional(3),
            messages: row.optional(4).zip(row.optional(5)),
        })
        .collect())
}

pub(super) async fn record(
    session: &mut Session,
    id: i64,
    action: &str,
    deed: Deed<'_>,
    messages: Option<(&str, &str)>,
) -> Result<(), StoreError> {
    session
        .run(
            "insert into {s}edit (delivery, at, who, action, note, before_message, after_message) values (?, ?, ?, ?, ?, ?, ?)",
            binds![
                id,
                deed.now,
                deed.who,
                action,
                deed.note,
                messages.map(|(before, _)| before),
                messages.map(|(_, after)| after),
            ],
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_of_an_edit_is_what_changed() {
        let edit = |before: &str, after: &str| {
            let messages = Some((before.to_owned(), after.to_owned()));
            let recorded = Recorded {
                at: 0,
                who: String::new(),
                action: "edit".to_owned(),
                note: None,
                messages,
            };
            recorded.difference().expect("an edit")
        };
        assert_eq!(
            edit("<a><b>1</b><c/><d/></a>", "<a><b>2</b><c/><d/></a>"),
            "- <b>1</b>\n+ <b>2</b>\n"
        );
        assert_eq!(edit("<a><b/></a>", "<a><b/><b/></a>"), "+ <b/>\n");
        assert_eq!(edit("same", "same"), "");
    }
}
