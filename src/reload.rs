//! When the catalog is read anew: on SIGHUP, and on PostgreSQL when somebody notifies the channel `soapstone_reload`.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;

use crate::database::Database;
use crate::gateway::Gateway;

/// The channel that a PostgreSQL session notifies after it has changed the schema: `notify soapstone_reload`.
pub const CHANNEL: &str = "soapstone_reload";

/// Reloads whenever there is a reason to, until it is dropped.
pub async fn watch(gateway: Arc<Gateway>) {
    let mut hangups = Hangups::new();
    let mut notified = Notified {
        gateway: Arc::clone(&gateway),
        listener: None,
        missed: false,
    };
    loop {
        tokio::select! {
            () = hangups.next() => {}
            () = notified.next() => {}
        }
        if let Err(error) = gateway.reload().await {
            tracing::error!(%error, "the catalog could not be read; what was served stays");
        }
    }
}

/// SIGHUP, where there is such a thing.
struct Hangups {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    fn new() -> Hangups {
        Hangups {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    /// Done at the next signal.
    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

struct Notified {
    gateway: Arc<Gateway>,
    listener: Option<PgListener>,
    /// The connection was lost, and what was notified meanwhile with it.
    missed: bool,
}

impl Notified {
    /// Done at the next notification, and after a time in which one may have been missed; on other databases never.
    async fn next(&mut self) {
        let Database::Postgres(connections) = self.gateway.database() else {
            return std::future::pending().await;
        };
        let pool = connections.pool.clone();
        loop {
            match &mut self.listener {
                Some(listener) => match listener.try_recv().await {
                    // `None`: the connection was lost and is there again.
                    Ok(_) => return,
                    Err(_) => (self.listener, self.missed) = (None, true),
                },
                None => match listen(&pool).await {
                    Some(listener) => {
                        self.listener = Some(listener);
                        if std::mem::take(&mut self.missed) {
                            return;
                        }
                    }
                    None => tokio::time::sleep(Duration::from_secs(5)).await,
                },
            }
        }
    }
}

async fn listen(pool: &sqlx::PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}
