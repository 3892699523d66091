//! Where violations are: paths are worked out from a second reading of the text, so that valid documents pay nothing.

use soapstone::xml::{Event, Options, Reader};

use super::Violation;

/// Fills in the path of each violation; positions count siblings of the same name, and are left out where there is one only
/// so far.
pub(super) fn complete(reader: &Reader<'_>, found: &mut [Violation]) {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|index| found.get(*index).map_or(0, |violation| violation.offset));
    let mut order = order.into_iter().peekable();
    let mut options = Options::document();
    options.limits.bytes = usize::MAX;
    let mut again = Reader::new(reader.source(), &options);
    let mut trail = Trail::default();
    loop {
        let event = again.next();
        let end = again.end_offset();
        // A violation lies in the tag or text that the reader has just passed, or (of a missing thing) on its start tag.
        if let Ok(Event::Start(tag)) = &event {
            trail.open(tag.prefix, tag.local);
        }
        while let Some(index) = order.peek().copied() {
            let Some(violation) = found.get_mut(index) else {
                return;
            };
            if violation.offset >= end && !matches!(event, Ok(Event::Eof) | Err(_)) {
                break;
            }
            if violation.rule != "xml" {
                let path = trail.text();
                violation.path = if violation.path.is_empty() {
                    path
                } else {
                    format!("{path}/{}", violation.path)
                };
            }
            order.next();
        }
        match event {
            Ok(Event::End(_)) => trail.close(),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
        if order.peek().is_none() {
            return;
        }
    }
}

/// The open elements, each with how many siblings of its name came before it.
#[derive(Default)]
struct Trail<'a> {
    open: Vec<(&'a str, &'a str, usize)>,
    /// For each open element, and the document: the names of the children so far with their counts.
    counts: Vec<std::collections::HashMap<(&'a str, &'a str), usize>>,
}

impl<'a> Trail<'a> {
    fn open(&mut self, prefix: &'a str, local: &'a str) {
        let depth = self.open.len();
        if self.counts.len() <= depth {
            self.counts.resize_with(depth + 1, Default::default);
        }
        let mut number = 1;
        if let Some(counts) = self.counts.get_mut(depth) {
            let count = counts.entry((prefix, local)).or_insert(0);
            *count += 1;
            number = *count;
        }
        self.open.push((prefix, local, number));
        if let Some(counts) = self.counts.get_mut(depth + 1) {
            counts.clear();
        }
    }

    fn close(&mut self) {
        self.open.pop();
    }

    fn text(&self) -> String {
        let mut path = String::new();
        for (prefix, local, number) in &self.open {
            if !path.is_empty() {
                path.push('/');
            }
            if !prefix.is_empty() {
                path.push_str(prefix);
                path.push(':');
            }
            path.push_str(local);
            if *number > 1 {
                path.push_str(&format!("[{number}]"));
            }
        }
        path
    }
}
