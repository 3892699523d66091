//! How often something occurs, and how generated code says that.

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurs {
    One,
    Option,
    Many(u64, Option<u64>),
}

impl Occurs {
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Occurs::Option | Occurs::Many(0, _))
    }

    /// What the readers are called that share a run of elements among the turns of a group: greed would leave too few for some.
    pub(crate) fn in_turn(self) -> &'static str {
        match self {
            Occurs::Many(min, Some(max)) if min > 1 && min < max => "_in_turn",
            _ => "",
        }
    }
}

/// How often a group repeats that holds one particle, and how often that stands in each turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turns {
    pub(crate) turns: (u64, Option<u64>),
    pub(crate) each: (u64, Option<u64>),
}

/// An occurrence range as two arguments.
pub(crate) fn range(min: u64, max: Option<u64>) -> String {
    format!("{min}, {}", most(max))
}

/// How often a group repeats, and what it holds in each turn, as two arguments.
pub(crate) fn of_turns(of: Turns) -> String {
    let [turns, each] = [of.turns, of.each].map(|(min, max)| range(min, max));
    format!("({turns}), ({each})")
}

/// The upper bound of an occurrence range as an argument.
pub(crate) fn most(max: Option<u64>) -> String {
    max.map_or("codec::UNBOUNDED".to_owned(), |max| max.to_string())
}
