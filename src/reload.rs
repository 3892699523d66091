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
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut hangup) = signal(SignalKind::hangup()) {
            let mut notified = Notified {
                gateway: Arc::clone(&gateway),
                listener: None,
            };
            loop {
                tokio::select! {
                    _ = hangup.recv() => {}
                    () = notified.next() => {}
                }
                if let Err(error) = gateway.reload().await {
                    tracing::error!(%error, "the catalog could not be read; what was served stays");
                }
            }
        }
    }
    let mut notified = Notified {
        gateway: Arc::clone(&gateway),
        listener: None,
    };
    loop {
        notified.next().await;
        if let Err(error) = gateway.reload().await {
            tracing::error!(%error, "the catalog could not be read; what was served stays");
        }
    }
}

struct Notified {
    gateway: Arc<Gateway>,
    listener: Option<PgListener>,
}

impl Notified {
    /// Done at the next notification; on other databases never.
    async fn next(&mut self) {
        let Database::Postgres(connections) = self.gateway.database() else {
            return std::future::pending().await;
        };
        let pool = connections.pool.clone();
        loop {
            if self.listener.is_none() {
                self.listener = listen(&pool).await;
            }
            match &mut self.listener {
                Some(listener) => match listener.recv().await {
                    Ok(_) => return,
                    Err(_) => self.listener = None,
                },
                None => tokio::time::sleep(Duration::from_secs(5)).await,
            }
        }
    }
}

async fn listen(pool: &sqlx::PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}
