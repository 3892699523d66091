//! Rules on a content model as a whole: Unique Particle Attribution (part 1, 3.8.6 `cos-nonambig`) and consistent
//! declarations (`cos-element-consistent`).

use std::collections::{HashMap, HashSet};

use crate::automaton::{Ambiguity, Competitor, ambiguity};
use crate::model::{ElementId, Particle, Place, Term};

use super::{Rules, derivation, shown};

impl Rules<'_, '_> {
    /// Checks the content model of a type.
    pub(super) fn content(&mut self, content: &Particle, type_name: &str, place: Place) {
        match ambiguity(self.model, &self.names, content) {
            Ok(None) => {}
            Ok(Some(Ambiguity { first, second })) => {
                let message = format!(
                    "the content of {type_name} is ambiguous: the same element can match {} and {}",
                    self.competitor(&first),
                    self.competitor(&second)
                );
                let at = if second.place.line > 0 {
                    second.place
                } else {
                    place
                };
                self.report.error(
                    at,
                    "cos-nonambig",
                    message,
                    "one of the two has to go, or be told apart by its name",
                );
            }
            Err(too_large) => {
                let message = format!("the content of {type_name}: {too_large}");
                self.report.error(place, "cos-nonambig", message, "");
            }
        }
        self.consistent(content, type_name, place);
    }

    fn competitor(&self, competitor: &Competitor) -> String {
        let what = match competitor
            .element
            .and_then(|id| self.model.elements.get(id.index()))
        {
            Some(element) => format!("the element {}", element.name),
            None => "a wildcard".to_owned(),
        };
        let Place { line, column, .. } = competitor.place;
        format!("{what} of line {line}, column {column}")
    }

    /// "Element Declarations Consistent": one name, one type, members of substitution groups included.
    fn consistent(&mut self, content: &Particle, type_name: &str, place: Place) {
        let model = self.model;
        let mut types = HashMap::new();
        let mut seen = HashSet::new();
        let mut done = HashSet::new();
        let mut work = vec![&content.term];
        while let Some(term) = work.pop() {
            let head = match term {
                Term::Element(id) => *id,
                Term::Any(_) => continue,
                Term::Group(id) => {
                    // A group that is there twice says nothing new the second time.
                    if seen.insert(*id)
                        && let Some(group) = model.groups.get(id.index())
                    {
                        work.extend(
                            group
                                .particles
                                .iter()
                                .filter(|inner| inner.max != Some(0))
                                .map(|inner| &inner.term),
                        );
                    }
                    continue;
                }
            };
            if !done.insert(head) {
                continue;
            }
            for id in derivation::substitutes(model, head) {
                let Some(element) = model.elements.get(id.index()) else {
                    continue;
                };
                let known = *types.entry(&element.name).or_insert((element.type_, id));
                if known.0 != element.type_ {
                    let message = format!(
                        "{type_name} has the element {} with different types",
                        shown(Some(&element.name))
                    );
                    let at = self.later(id, known.1).unwrap_or(place);
                    self.report.error(
                        at,
                        "cos-element-consistent",
                        message,
                        "give both the same named type",
                    );
                    return;
                }
            }
        }
    }

    fn later(&self, one: ElementId, other: ElementId) -> Option<Place> {
        let place = |id: ElementId| {
            self.model
                .elements
                .get(id.index())
                .map(|element| element.place)
        };
        place(one).max(place(other))
    }
}
