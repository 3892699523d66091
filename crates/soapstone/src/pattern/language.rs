//! Expressions as sets of texts: whether whatever one set of expressions allows is allowed by another.
//!
//! Both are run side by side over every text there is, a text at a time for each pair of states that they can be in. What
//! needs too many states is left open, never guessed.

use std::collections::{HashSet, VecDeque};

use regex_syntax::hir::{ClassUnicode, Hir};

use super::counting::{Program, State, contains};
use super::parse::parse;

/// How many states one expression may have, written out.
const STATES: usize = 4_000;
/// How many pairs of states are looked at, and how many steps are made for two languages.
const PAIRS: usize = 20_000;
const STEPS: usize = 1_000_000;
/// How many sets of characters may differ.
const SETS: usize = 400;
/// Lengths beyond this are not counted.
const LENGTH: u64 = 5_000;

/// The texts that match one expression of each step, and are as long as is asked.
#[derive(Debug)]
pub struct Language {
    programs: Vec<Program>,
    min: u64,
    max: Option<u64>,
}

impl Language {
    /// Compiles the expressions of derivation steps, and bounds of the length in characters; `None` where they are too large.
    pub fn of<'p>(
        steps: impl IntoIterator<Item = Vec<&'p str>>,
        (min, max): (u64, Option<u64>),
    ) -> Option<Language> {
        if min > LENGTH || max.is_some_and(|max| max > LENGTH) {
            return None;
        }
        let mut programs = Vec::new();
        for step in steps {
            let parsed: Result<Vec<Hir>, _> = step.into_iter().map(parse).collect();
            let whole = Hir::alternation(parsed.ok()?);
            programs.push(Program::written_out(&whole, STATES)?);
        }
        Some(Language { programs, min, max })
    }

    fn start(&self) -> Vec<Set> {
        let programs = self.programs.iter();
        programs.map(|program| reached(program, [0])).collect()
    }

    /// The states after one character more.
    fn step(&self, sets: &[Set], takes: impl Fn(&ClassUnicode) -> bool) -> Vec<Set> {
        let pairs = self.programs.iter().zip(sets);
        pairs
            .map(|(program, set)| {
                let next = set.iter().filter(|at| match program.states.get(**at) {
                    Some(State::Take(class)) => takes(class),
                    _ => false,
                });
                reached(program, next.map(|at| at + 1))
            })
            .collect()
    }

    fn accepts(&self, sets: &[Set], length: u64) -> bool {
        let ends = |(program, set): (&Program, &Set)| {
            set.iter()
                .any(|at| matches!(program.states.get(*at), Some(State::Match)))
        };
        length >= self.min
            && self.max.is_none_or(|max| length <= max)
            && self.programs.iter().zip(sets).all(ends)
    }

    /// Nothing that begins so is in the language.
    fn is_over(&self, sets: &[Set], length: u64) -> bool {
        self.max.is_some_and(|max| length > max) || sets.iter().any(Vec::is_empty)
    }
}

/// The states that take a character or end the text, in order.
type Set = Vec<usize>;

fn reached(program: &Program, from: impl IntoIterator<Item = usize>) -> Set {
    let mut pending: Vec<usize> = from.into_iter().collect();
    let mut seen = HashSet::new();
    let mut set = Vec::new();
    while let Some(at) = pending.pop() {
        if !seen.insert(at) {
            continue;
        }
        match program.states.get(at) {
            Some(State::Split(first, second)) => pending.extend([*first, *second]),
            Some(State::Jump(target)) => pending.push(*target),
            Some(State::Take(_) | State::Match) => set.push(at),
            _ => {}
        }
    }
    set.sort_unstable();
    set
}

/// Where both languages are after some text: its length as far as it matters, and the states of either.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Pair {
    length: u64,
    these: Vec<Set>,
    /// Absent once it has refused.
    those: Option<Vec<Set>>,
}

/// A shortest text that `these` allow and `those` do not; `Some(None)` where there is none, `None` where that is too much to
/// tell. The steps that it takes are taken from those that are left for all.
pub fn missing(these: &Language, those: &Language, left: &mut usize) -> Option<Option<String>> {
    let most = STEPS.min(*left);
    if most == 0 {
        return None;
    }
    let mut steps = 0;
    let found = search(these, those, most, &mut steps);
    *left = left.saturating_sub(steps);
    found
}

fn search(
    these: &Language,
    those: &Language,
    most: usize,
    steps: &mut usize,
) -> Option<Option<String>> {
    let letters = letters(these, those)?;
    let bounds = [Some(these.min), these.max, Some(those.min), those.max];
    let longest = bounds.into_iter().flatten().max().unwrap_or(0);
    let start = Pair {
        length: 0,
        these: these.start(),
        those: Some(those.start()),
    };
    let mut seen = HashSet::from([start.clone()]);
    let mut way: Vec<(usize, char)> = vec![(0, ' ')];
    let mut pending = VecDeque::from([(0, start)]);
    while let Some((at, pair)) = pending.pop_front() {
        let allowed = pair
            .those
            .as_ref()
            .is_some_and(|sets| those.accepts(sets, pair.length));
        if these.accepts(&pair.these, pair.length) && !allowed {
            return Some(Some(spell(&way, at)));
        }
        let counted = longest > 0 && pair.length <= longest;
        let length = pair.length + u64::from(counted);
        for letter in &letters {
            let takes = |class: &ClassUnicode| contains(class, *letter);
            let sets = pair.these.iter().chain(pair.those.iter().flatten());
            *steps += sets.map(Vec::len).sum::<usize>() + 1;
            let next = these.step(&pair.these, takes);
            if these.is_over(&next, length) {
                continue;
            }
            let other = pair.those.as_ref().map(|sets| those.step(sets, takes));
            let next = Pair {
                length,
                these: next,
                those: other.filter(|sets| !those.is_over(sets, length)),
            };
            if seen.insert(next.clone()) {
                way.push((at, *letter));
                pending.push_back((way.len() - 1, next));
            }
            if seen.len() > PAIRS || *steps > most {
                return None;
            }
        }
    }
    Some(None)
}

/// The text on the way to a pair.
fn spell(way: &[(usize, char)], mut at: usize) -> String {
    let mut text = Vec::new();
    while let Some((before, letter)) = way.get(at).filter(|_| at > 0) {
        text.push(*letter);
        at = *before;
    }
    text.iter().rev().collect()
}

/// A character for each kind that the languages tell apart, plain ones where there are any. Only those of documents.
fn letters(these: &Language, those: &Language) -> Option<Vec<char>> {
    let mut sets: Vec<&ClassUnicode> = Vec::new();
    let mut known: HashSet<Vec<(char, char)>> = HashSet::new();
    for program in these.programs.iter().chain(&those.programs) {
        for state in &program.states {
            let State::Take(set) = state else { continue };
            let ranges = set.ranges().iter();
            if known.insert(ranges.map(|range| (range.start(), range.end())).collect()) {
                sets.push(set);
            }
            if sets.len() > SETS {
                return None;
            }
        }
    }
    let mut starts: Vec<char> = (' '..='~').chain(['\t', '\n', '\r', '\u{7F}']).collect();
    starts.extend(['\u{E000}', '\u{FFFE}', '\u{10000}']);
    for range in sets.iter().flat_map(|set| set.ranges()) {
        starts.push(range.start());
        starts.extend(char::from_u32(u32::from(range.end()) + 1));
    }
    starts.retain(|letter| is_character(*letter));
    starts.sort_unstable_by_key(|letter| (plain(*letter), *letter));
    starts.dedup();
    let mut kinds: HashSet<Vec<bool>> = HashSet::new();
    let mut letters = Vec::new();
    for letter in starts {
        let kind = sets.iter().map(|set| contains(set, letter)).collect();
        if kinds.insert(kind) {
            letters.push(letter);
        }
    }
    Some(letters)
}

/// Sorts characters by how well they show in a message.
fn plain(letter: char) -> u8 {
    match letter {
        'a'..='z' => 0,
        'A'..='Z' | '0'..='9' => 1,
        '!'..='~' => 2,
        ' ' => 3,
        letter if letter.is_alphanumeric() => 4,
        _ => 5,
    }
}

/// Tells whether a document can hold it (XML 1.0, 2.2).
fn is_character(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}
