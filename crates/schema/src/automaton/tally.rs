//! The counts that a content model may stand at, where they can be read in more than one way: boxes of ranges.

/// How many tallies are kept apart in a content model whose counts can be read in more than one way. Beyond it they are
/// widened to ranges, which can only accept more.
const TALLIES: usize = 512;

/// Joins boxes that differ in one range only, where the ranges touch; widens them where too many remain.
pub(super) fn merge(mut boxes: Vec<Vec<(u32, u32)>>) -> Vec<Vec<(u32, u32)>> {
    if boxes.len() < 2 {
        return boxes;
    }
    for slot in (0..boxes.first().map_or(0, Vec::len)).rev() {
        // Equal in every other range first, then by this one.
        boxes.sort_unstable_by(|a, b| {
            let others = |ranges: &[(u32, u32)]| -> Vec<(u32, u32)> {
                ranges
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != slot)
                    .map(|(_, range)| *range)
                    .collect()
            };
            (others(a), a.get(slot)).cmp(&(others(b), b.get(slot)))
        });
        let widen = boxes.len() > TALLIES;
        let mut joined: Vec<Vec<(u32, u32)>> = Vec::with_capacity(boxes.len());
        for ranges in boxes {
            let joins = joined.last().is_some_and(|last| {
                last.iter().zip(&ranges).enumerate().all(|(index, (a, b))| {
                    if index == slot {
                        widen || b.0 <= a.1.saturating_add(1)
                    } else {
                        a == b
                    }
                })
            });
            match (
                joins,
                joined.last_mut().and_then(|last| last.get_mut(slot)),
                ranges.get(slot),
            ) {
                (true, Some(last), Some(range)) => last.1 = last.1.max(range.1),
                _ => joined.push(ranges),
            }
        }
        boxes = joined;
    }
    while boxes.len() > TALLIES
        && let (Some(last), Some(before)) = (boxes.pop(), boxes.last_mut())
    {
        for (range, other) in before.iter_mut().zip(last) {
            *range = (range.0.min(other.0), range.1.max(other.1));
        }
    }
    boxes
}
