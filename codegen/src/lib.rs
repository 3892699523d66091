//! Runs contracts through the generator (placeholder for the first build).
