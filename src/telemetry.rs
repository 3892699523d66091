//! Logs and metrics of the process: set up once, by the command that serves.

use std::io::IsTerminal;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{Log, LogFormat};

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();

/// Upper bounds of the buckets of durations, in seconds.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Starts to log on standard error and to count; a second time it changes nothing.
pub fn start(log: &Log) -> Result<(), String> {
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match log.format {
        LogFormat::Text => Box::new(lines.with_target(false)),
        LogFormat::Json => Box::new(lines.json().flatten_event(true)),
    };
    let lines = tracing_subscriber::registry().with(lines);
    // Names and levels are asked once for each place that logs; what asks for spans and fields looks at every one of them.
    let _ = match log.level.parse::<Targets>() {
        Ok(targets) => lines.with(targets).try_init(),
        Err(_) => {
            let filter = EnvFilter::try_new(&log.level);
            let filter = filter.map_err(|error| format!("log.level: {error}"))?;
            lines.with(filter).try_init()
        }
    };
    let builder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS);
    let recorder = builder.map_err(|error| error.to_string())?.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_ok() {
        let _ = METRICS.set(handle);
    }
    Ok(())
}

/// Everything counted so far, in the text format of Prometheus.
pub fn render() -> String {
    METRICS
        .get()
        .map(|handle| {
            handle.run_upkeep();
            handle.render()
        })
        .unwrap_or_default()
}
