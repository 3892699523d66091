//! A matcher for expressions with counts that are too large to be written out: a count of single characters is one state
//! that remembers where its runs began, so that `[a-z]{1,65535}` costs a queue and not 65,535 states.
//!
//! The whole text is read once; each character costs at most a step for each state.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// How many states a program may have.
pub(super) const STATES: usize = 50_000;

/// States in a row; each goes on to the next one where it does not say otherwise.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) states: Vec<State>,
    /// How many there may be.
    limit: usize,
    /// Counts of single characters are states of their own.
    counts: bool,
}

#[derive(Debug, Clone)]
pub(super) enum State {
    /// One character of the set.
    Take(Arc<ClassUnicode>),
    /// From `min` to `max` characters of the set.
    Count {
        set: Arc<ClassUnicode>,
        min: usize,
        max: Option<usize>,
    },
    /// Goes on at both.
    Split(usize, usize),
    /// Goes on there.
    Jump(usize),
    /// Nothing matches.
    Fail,
    /// The end.
    Match,
}

impl Program {
    /// Makes the states of an expression; absent where they are too many.
    pub(super) fn compile(expression: &Hir) -> Option<Program> {
        Program {
            states: Vec::new(),
            limit: STATES,
            counts: true,
        }
        .with(expression)
    }

    /// Makes the states of an expression, none of which counts; absent where they are more than `limit`.
    pub(super) fn written_out(expression: &Hir, limit: usize) -> Option<Program> {
        Program {
            states: Vec::new(),
            limit,
            counts: false,
        }
        .with(expression)
    }

    fn with(mut self, expression: &Hir) -> Option<Program> {
        self.add(expression)?;
        self.push(State::Match)?;
        Some(self)
    }

    fn push(&mut self, state: State) -> Option<usize> {
        if self.states.len() >= self.limit {
            return None;
        }
        self.states.push(state);
        Some(self.states.len() - 1)
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(slot) = self.states.get_mut(index) {
            *slot = state;
        }
    }

    fn add(&mut self, expression: &Hir) -> Option<()> {
        match expression.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => {
                for character in std::str::from_utf8(&literal.0).ok()?.chars() {
                    self.push(State::Take(super::class::single(character).into()))?;
                }
            }
            HirKind::Class(_) => match set_of(expression) {
                Some(set) => drop(self.push(State::Take(set.into()))?),
                None => drop(self.push(State::Fail)?),
            },
            HirKind::Capture(capture) => self.add(&capture.sub)?,
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.add(part))?,
            HirKind::Alternation(branches) => self.alternation(branches)?,
            HirKind::Repetition(repetition) => {
                let (min, max) = (
                    repetition.min as usize,
                    repetition.max.map(|max| max as usize),
                );
                match set_of(&repetition.sub).filter(|_| self.counts) {
                    Some(set) => {
                        let set = set.into();
                        self.push(State::Count { set, min, max })?;
                    }
                    None => self.repetition(&repetition.sub, min, max)?,
                }
            }
        }
        Some(())
    }

    fn alternation(&mut self, branches: &[Hir]) -> Option<()> {
        let mut ends = Vec::new();
        for (index, branch) in branches.iter().enumerate() {
            if index + 1 == branches.len() {
                self.add(branch)?;
                break;
            }
            let split = self.push(State::Fail)?;
            self.add(branch)?;
            ends.push(self.push(State::Fail)?);
            self.set(split, State::Split(split + 1, self.states.len()));
        }
        for end in ends {
            self.set(end, State::Jump(self.states.len()));
        }
        Some(())
    }

    fn repetition(&mut self, sub: &Hir, min: usize, max: Option<usize>) -> Option<()> {
        let mut written = None;
        for _ in 0..min {
            let before = self.states.len();
            self.again(sub, &mut written)?;
            if self.states.len() == before {
                // Nothing, however often, is nothing.
                return Some(());
            }
        }
        match max {
            None => {
                let split = self.push(State::Fail)?;
                self.again(sub, &mut written)?;
                self.push(State::Jump(split))?;
                self.set(split, State::Split(split + 1, self.states.len()));
            }
            Some(max) => {
                let mut splits = Vec::new();
                for _ in min..max {
                    splits.push(self.push(State::Fail)?);
                    self.again(sub, &mut written)?;
                }
                for split in splits {
                    self.set(split, State::Split(split + 1, self.states.len()));
                }
            }
        }
        Some(())
    }

    /// Adds what is repeated: the first time as it is written, then a copy of the states that it made.
    fn again(&mut self, sub: &Hir, written: &mut Option<Range<usize>>) -> Option<()> {
        let start = self.states.len();
        let Some(first) = written else {
            self.add(sub)?;
            *written = Some(start..self.states.len());
            return Some(());
        };
        let further = start - first.start;
        for index in first.clone() {
            let copy = match self.states.get(index)? {
                State::Split(one, two) => State::Split(one + further, two + further),
                State::Jump(to) => State::Jump(to + further),
                other => other.clone(),
            };
            self.push(copy)?;
        }
        Some(())
    }

    /// Tells whether the whole text matches.
    pub(super) fn is_match(&self, text: &str) -> bool {
        let mut run = Run {
            program: self,
            active: Vec::new(),
            member: vec![usize::MAX; self.states.len()],
            runs: vec![VecDeque::new(); self.states.len()],
            pending: Vec::new(),
        };
        run.enter(0, 0);
        for (index, character) in text.chars().enumerate() {
            if run.active.is_empty() {
                return false;
            }
            run.step(character, index + 1);
        }
        run.active
            .iter()
            .any(|state| matches!(self.states.get(*state), Some(State::Match)))
    }
}

/// The states that a text may be in after some characters.
struct Run<'p> {
    program: &'p Program,
    active: Vec<usize>,
    /// After how many characters each state was active last.
    member: Vec<usize>,
    /// For each count, where its runs began, oldest first.
    runs: Vec<VecDeque<usize>>,
    pending: Vec<usize>,
}

impl Run<'_> {
    /// Makes a state active after `at` characters, with all that it reaches without one.
    fn enter(&mut self, state: usize, at: usize) {
        self.pending.push(state);
        while let Some(state) = self.pending.pop() {
            match self.program.states.get(state) {
                Some(State::Count { min, .. }) => {
                    self.begin(state, at);
                    if !self.activate(state, at) {
                        continue;
                    }
                    if *min == 0 {
                        self.pending.push(state + 1);
                    }
                }
                Some(_) if !self.activate(state, at) => {}
                Some(State::Split(first, second)) => self.pending.extend([*second, *first]),
                Some(State::Jump(target)) => self.pending.push(*target),
                _ => {}
            }
        }
    }

    /// Remembers that a run begins. Without an upper bound the oldest one and the newest are enough.
    fn begin(&mut self, state: usize, at: usize) {
        if let (Some(runs), Some(State::Count { max, .. })) =
            (self.runs.get_mut(state), self.program.states.get(state))
            && runs.back() != Some(&at)
        {
            if max.is_none() && runs.len() > 1 {
                runs.pop_back();
            }
            runs.push_back(at);
        }
    }

    /// Adds the state to the active ones; false where it is one.
    fn activate(&mut self, state: usize, at: usize) -> bool {
        let Some(member) = self.member.get_mut(state) else {
            return false;
        };
        if *member == at {
            return false;
        }
        *member = at;
        self.active.push(state);
        true
    }

    /// Goes on over one character, which is the `at`th.
    fn step(&mut self, character: char, at: usize) {
        for state in std::mem::take(&mut self.active) {
            match self.program.states.get(state) {
                Some(State::Take(set)) if contains(set, character) => self.enter(state + 1, at),
                Some(State::Count { set, min, max }) => {
                    let Some(runs) = self.runs.get_mut(state) else {
                        continue;
                    };
                    if contains(set, character) {
                        while runs
                            .front()
                            .is_some_and(|begin| max.is_some_and(|max| at - begin > max))
                        {
                            runs.pop_front();
                        }
                    } else {
                        // Runs that begin after this character may have been entered already.
                        runs.retain(|begin| *begin >= at);
                    }
                    let Some(oldest) = runs.front().copied() else {
                        continue;
                    };
                    let done = oldest < at && at - oldest >= *min;
                    self.activate(state, at);
                    if done {
                        self.enter(state + 1, at);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The set of an expression that takes exactly one character.
fn set_of(expression: &Hir) -> Option<ClassUnicode> {
    match expression.kind() {
        HirKind::Class(Class::Unicode(set)) => Some(set.clone()),
        HirKind::Class(Class::Bytes(set)) => set.to_unicode_class(),
        HirKind::Literal(literal) => {
            let mut characters = std::str::from_utf8(&literal.0).ok()?.chars();
            let first = characters.next()?;
            characters
                .next()
                .is_none()
                .then(|| super::class::single(first))
        }
        _ => None,
    }
}

pub(super) fn contains(set: &ClassUnicode, character: char) -> bool {
    let ranges = set.ranges();
    let after = ranges.partition_point(|range| range.start() <= character);
    after
        .checked_sub(1)
        .and_then(|index| ranges.get(index))
        .is_some_and(|range| character <= range.end())
}
