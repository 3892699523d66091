//! The gateways at work on one database. Each raises its own beat; who sees another's stand still for a whole lease takes its
//! deliveries over. Only the observer's own steady clock counts, so a stepped clock neither ends a lease nor stretches it.

use crate::binds;
use crate::catalog::Dialect;

use super::StoreError;
use super::session::Session;

/// A gateway at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// Its id: new at each start.
    pub id: String,
    /// Which process of which machine it is: see [`process`].
    pub process: String,
    /// How often it has said that it is alive.
    pub beat: i64,
}

/// Signs on.
///
/// # Errors
/// What the database says.
pub async fn join(
    session: &mut Session,
    id: &str,
    process: &str,
    now: i64,
) -> Result<(), StoreError> {
    session
        .run(
            "insert into {s}worker (id, process, beat, started_at) values (?, ?, 0, ?)",
            binds![id, process, now],
        )
        .await?;
    Ok(())
}

/// Says that a worker is alive; `false` if it was taken for dead meanwhile, and owns nothing any more.
///
/// # Errors
/// What the database says.
pub async fn beat(session: &mut Session, id: &str) -> Result<bool, StoreError> {
    Ok(session
        .run(
            "update {s}worker set beat = beat + 1 where id = ?",
            binds![id],
        )
        .await?
        > 0)
}

/// Signs off, or strikes off a worker whose beat stood still; `false` if it has moved on.
///
/// # Errors
/// What the database says.
pub async fn strike_off(session: &mut Session, worker: &Worker) -> Result<bool, StoreError> {
    Ok(session
        .run(
            "delete from {s}worker where id = ? and beat = ?",
            binds![&worker.id, worker.beat],
        )
        .await?
        > 0)
}

/// Signs off.
///
/// # Errors
/// What the database says.
pub async fn leave(session: &mut Session, id: &str) -> Result<(), StoreError> {
    session
        .run("delete from {s}worker where id = ?", binds![id])
        .await?;
    Ok(())
}

/// Lists the workers.
///
/// # Errors
/// What the database says.
pub async fn all(session: &mut Session) -> Result<Vec<Worker>, StoreError> {
    let rows = session
        .rows("select id, process, beat from {s}worker order by id", &[])
        .await?;
    Ok(rows
        .iter()
        .map(|row| Worker {
            id: row.text(0),
            process: row.text(1),
            beat: row.integer(2),
        })
        .collect())
}

/// Finds owners of deliveries in flight that are not signed on: what a crash between two steps leaves behind.
///
/// # Errors
/// What the database says.
pub async fn strangers(session: &mut Session) -> Result<Vec<String>, StoreError> {
    // From owner to owner along their index: without statistics, a plain `distinct` reads the whole table, every second.
    let rows = session
        .rows(
            "with recursive owners (owner) as (
                select min(owner) from {s}delivery where owner is not null
                union all
                select (select d.owner from {s}delivery d where d.owner is not null and d.owner > o.owner order by d.owner limit 1)
                from owners o where o.owner is not null
            )
            select owner from owners where owner is not null and owner not in (select id from {s}worker)",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

/// Names this process so that another on the same machine can tell whether it still runs: boot, process namespace, number, start.
/// Empty where the system does not tell.
pub fn process() -> String {
    describe(std::process::id()).unwrap_or_default()
}

/// Tells for certain that a process of this machine is gone; `false` says nothing.
pub fn gone(process: &str) -> bool {
    let mut parts = process.split(' ');
    let (Some(boot), Some(namespace), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Ok(id), Some((here, space))) = (id.parse::<u32>(), machine()) else {
        return false;
    };
    here == boot && space == namespace && describe(id).as_deref() != Some(process)
}

fn machine() -> Option<(String, String)> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some((
        boot.trim().to_owned(),
        namespace.to_string_lossy().into_owned(),
    ))
}

fn describe(id: u32) -> Option<String> {
    let (boot, namespace) = machine()?;
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything; the fields after it: state first, the start time as the 20th.
    let mut after = status.rsplit(')').next()?.split_whitespace();
    let state = after.next()?;
    let started = after.nth(18)?;
    // A zombie has stopped sending.
    (state != "Z").then(|| format!("{boot} {namespace} {id} {started}"))
}

/// Tells whether only one process can use the database's file, so that whoever starts knows every other worker to be gone.
pub fn alone(dialect: Dialect) -> bool {
    dialect == Dialect::Sqlite
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_not_gone_and_one_that_started_at_another_time_is() {
        let own = process();
        assert!(!gone(&own));
        assert!(!gone(""));
        assert!(!gone("elsewhere pid:[1] 1 1"));
        let (rest, started) = own.rsplit_once(' ').expect("linux");
        assert!(gone(&format!("{rest} {started}0")));
    }
}
