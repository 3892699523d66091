//! Visiting a graph so that what a node depends on comes first. No recursion: chains may be as long as documents are.

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// Visits the nodes; `edges` tells what a node needs. `cycle` is told of an edge that closes a circle, which is then ignored.
pub(super) fn order(
    count: usize,
    mut edges: impl FnMut(usize) -> Vec<usize>,
    mut cycle: impl FnMut(usize, usize),
    mut visit: impl FnMut(usize),
) {
    let mut states = vec![State::New; count];
    let mut stack: Vec<(usize, Vec<usize>)> = Vec::new();
    for start in 0..count {
        if states.get(start) != Some(&State::New) {
            continue;
        }
        set(&mut states, start, State::Open);
        stack.push((start, edges(start)));
        while let Some((node, rest)) = stack.last_mut() {
            let node = *node;
            let Some(needed) = rest.pop() else {
                visit(node);
                set(&mut states, node, State::Done);
                stack.pop();
                continue;
            };
            match states.get(needed) {
                Some(State::New) => {
                    set(&mut states, needed, State::Open);
                    stack.push((needed, edges(needed)));
                }
                Some(State::Open) => cycle(node, needed),
                _ => {}
            }
        }
    }
}

fn set(states: &mut [State], at: usize, state: State) {
    if let Some(slot) = states.get_mut(at) {
        *slot = state;
    }
}
