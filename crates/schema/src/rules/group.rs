//! Model groups (part 1, 3.8.6): where `all` may stand, and groups that contain themselves.

use crate::model::{Compositor, GroupId, Particle, Term};

use super::{Rules, particle, shown};

impl Rules<'_, '_> {
    pub(super) fn groups(&mut self) {
        let model = self.model;
        for group in &model.groups {
            for inner in &group.particles {
                if let Term::Group(id) = inner.term
                    && model
                        .groups
                        .get(id.index())
                        .is_some_and(|inner| inner.compositor == Compositor::All)
                {
                    let message = "an all group stands inside another group";
                    self.report.error(
                        inner.place,
                        "cos-all-limited.1",
                        message,
                        "make it the whole content of its type",
                    );
                }
                if group.compositor != Compositor::All {
                    continue;
                }
                if !matches!(inner.term, Term::Element(_)) {
                    let message = "an all group holds something else than elements";
                    self.report
                        .error(inner.place, "cos-all-limited.2", message, "");
                }
            }
        }
        for ring in self.rings() {
            let Some(group) = model.groups.get(ring.index()) else {
                continue;
            };
            let message = format!("the group {} contains itself", shown(group.name.as_ref()));
            self.report
                .error(group.place, "mg-props-correct.2", message, "");
        }
        for type_ in &model.types {
            if let Some(content) = particle::content(type_) {
                self.whole(content);
            }
        }
    }

    /// An `all` group that is a whole content occurs once at most.
    fn whole(&mut self, content: &Particle) {
        if let Term::Group(id) = content.term
            && content.max != Some(1)
            && self
                .model
                .groups
                .get(id.index())
                .is_some_and(|group| group.compositor == Compositor::All)
        {
            let message = "an all group may occur more than once";
            self.report.error(
                content.place,
                "cos-all-limited.1.2",
                message,
                "maxOccurs is 1 there",
            );
        }
    }

    /// Groups that are reached again while they are open, by a walk of the references without recursion.
    fn rings(&self) -> Vec<GroupId> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Done,
        }
        fn set(marks: &mut [Mark], at: usize, mark: Mark) {
            if let Some(slot) = marks.get_mut(at) {
                *slot = mark;
            }
        }
        let model = self.model;
        let mut marks = vec![Mark::New; model.groups.len()];
        let mut rings = Vec::new();
        for start in 0..model.groups.len() {
            let mut path = vec![(start, 0)];
            while let Some((at, next)) = path.pop() {
                let Some(group) = model.groups.get(at) else {
                    continue;
                };
                if next == 0 {
                    if marks.get(at) != Some(&Mark::New) {
                        continue;
                    }
                    set(&mut marks, at, Mark::Open);
                }
                match group.particles.get(next) {
                    None => set(&mut marks, at, Mark::Done),
                    Some(particle) => {
                        path.push((at, next + 1));
                        if let Term::Group(id) = particle.term {
                            match marks.get(id.index()) {
                                Some(Mark::Open) => rings.push(id),
                                Some(Mark::New) => path.push((id.index(), 0)),
                                _ => {}
                            }
                        }
                    }
                }
            }
        }
        rings
    }
}
