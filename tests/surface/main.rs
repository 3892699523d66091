//! What a person configures, sees and steers of flows, through the gateway's own binary: third parties that check how they are called,
//! the steering service, drafts and checks, reloading, polling.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod calls;
mod carrying;
mod correlation;
mod files;
#[allow(dead_code)]
#[path = "../flows/ground.rs"]
mod ground;
mod pacing;
mod scene;
mod steering;
