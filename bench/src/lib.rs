//! Documents to measure with, and the measuring itself: side by side in one run, since machines differ more than programs do.

pub mod allocations;
pub mod document;
pub mod peer;

use std::time::Instant;

/// One way to do the work, with its name.
pub type Candidate<'a> = (&'a str, Box<dyn FnMut() -> usize + 'a>);

/// Runs each candidate in turn, many rounds, and returns the best MB/s of each; `bytes` are those of one run.
pub fn measure(bytes: usize, rounds: usize, candidates: &mut [Candidate<'_>]) -> Vec<f64> {
    // What takes a microsecond is timed a hundred at a time.
    let times = (200_000 / bytes.max(1)).max(1);
    let mut best = vec![f64::MAX; candidates.len()];
    for _ in 0..rounds {
        for ((_, run), best) in candidates.iter_mut().zip(&mut best) {
            // Each finds the caches as it leaves them itself, as a peer does that runs alone.
            std::hint::black_box(run());
            let start = Instant::now();
            for _ in 0..times {
                std::hint::black_box(run());
            }
            *best = best.min(start.elapsed().as_secs_f64());
        }
    }
    best.iter()
        .map(|seconds| (bytes * times) as f64 / seconds / 1e6)
        .collect()
}
