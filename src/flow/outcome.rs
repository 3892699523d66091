//! What an attempt came to, in the words that decide what happens next.

/// What came of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The destination took it, or said that it had it already.
    Taken {
        /// What the destination calls it.
        reference: Option<String>,
        /// The answer's fields, as JSON.
        answer: Option<String>,
        /// It had it already.
        duplicate: bool,
    },
    /// The destination refused it for good.
    Refused {
        /// Why.
        reason: String,
    },
    /// The destination did not take it, and may later.
    Later {
        /// Why.
        reason: String,
        /// Not before so many milliseconds (`Retry-After`).
        after: Option<i64>,
    },
    /// It never left: no connection.
    Unsent {
        /// Why.
        reason: String,
    },
    /// It was sent, and what came of it is unknown.
    Ambiguous {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// The class's word, as attempts keep it.
    pub fn class(&self) -> &'static str {
        match self {
            Outcome::Taken {
                duplicate: false, ..
            } => "taken",
            Outcome::Taken {
                duplicate: true, ..
            } => "duplicate",
            Outcome::Refused { .. } => "refused",
            Outcome::Later { .. } => "later",
            Outcome::Unsent { .. } => "unsent",
            Outcome::Ambiguous { .. } => "ambiguous",
        }
    }

    /// Why, where there is a why.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Outcome::Taken { .. } => None,
            Outcome::Refused { reason }
            | Outcome::Later { reason, .. }
            | Outcome::Unsent { reason }
            | Outcome::Ambiguous { reason } => Some(reason),
        }
    }
}

/// What an attempt says of how its destination does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answers: closes its circuit.
    Well,
    /// Not reached, late, or answering 5xx without a fault: counts towards its circuit.
    Sick,
    /// Nothing: our own code broke.
    Untold,
}

/// What was heard of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What it came to.
    pub outcome: Outcome,
    /// What it says of how the destination does.
    pub health: Health,
    /// The request, where the flow keeps messages.
    pub request: Option<String>,
    /// The answer, where the flow keeps messages or it was not understood.
    pub answer: Option<String>,
}

impl Heard {
    /// What was heard from a destination that does well.
    pub fn well(outcome: Outcome) -> Heard {
        Heard::of(outcome, Health::Well)
    }

    /// What was heard from a destination that looks sick.
    pub fn sick(outcome: Outcome) -> Heard {
        Heard::of(outcome, Health::Sick)
    }

    /// What came of an attempt that says nothing of the destination.
    pub fn untold(outcome: Outcome) -> Heard {
        Heard::of(outcome, Health::Untold)
    }

    fn of(outcome: Outcome, health: Health) -> Heard {
        Heard {
            outcome,
            health,
            request: None,
            answer: None,
        }
    }
}

/// What looking a message up at the destination came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Yes {
        /// What the destination calls it.
        reference: Option<String>,
        /// The answer's fields, as JSON.
        answer: Option<String>,
    },
    /// It is not.
    No,
    /// The destination did not say.
    Unknown {
        /// Why.
        reason: String,
    },
}
