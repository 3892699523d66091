//! What happens after an attempt, how long to wait, and when a flow may send: pure functions of the policy.

use crate::store::delivery::Next;

use super::outcome::Outcome;

/// How a flow goes about delivering. Times are milliseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Attempts that reached the destination, before a delivery is dead.
    pub attempts: i64,
    /// How old a delivery may get, before it is dead.
    pub age: i64,
    /// The first wait's upper bound; it doubles with each attempt.
    pub backoff: i64,
    /// The longest wait.
    pub backoff_limit: i64,
    /// Messages on their way at once, for each gateway.
    pub concurrency: usize,
    /// Failures in a row that open the circuit.
    pub circuit_failures: u32,
    /// How long it stays open at first; it doubles while probes fail.
    pub circuit_wait: i64,
    /// Messages a second, all gateways together; absent for no limit.
    pub rate: Option<i64>,
    /// When it may send; none for always.
    pub windows: Vec<Window>,
    /// Sending a message again under the same id has no second effect at the destination.
    pub idempotent: bool,
    /// After an unknown outcome the destination can be asked; not sooner than so long after it, since the first may still be at work.
    pub look_up_after: Option<i64>,
    /// What is dead or in doubt holds back what comes after it in its lane.
    pub dead_blocks: bool,
    /// The longest that one attempt takes.
    pub attempt_time: i64,
    /// Each record is delivered once, whatever changes follow; else each change is.
    pub each_record: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            attempts: 20,
            age: 3 * 24 * 3600 * 1000,
            backoff: 1000,
            backoff_limit: 10 * 60 * 1000,
            concurrency: 8,
            circuit_failures: 10,
            circuit_wait: 5000,
            rate: None,
            windows: Vec::new(),
            idempotent: false,
            look_up_after: None,
            dead_blocks: true,
            attempt_time: 60_000,
            each_record: false,
        }
    }
}

impl Policy {
    /// The longest that a delivery waits where its destination does not ask for more.
    pub fn usual_wait(&self) -> i64 {
        self.backoff_limit.max(self.look_up_after.unwrap_or(0)) + 1000
    }

    /// The longest that a delivery waits: a time further ahead was set by a clock that has been stepped back.
    pub fn longest_wait(&self) -> i64 {
        // A destination may ask for more than our own limit, up to an hour.
        self.usual_wait().max(RETRY_AFTER_LIMIT + 1000)
    }

    /// Tells whether an outcome that is unknown resolves itself by asking or sending again.
    pub fn resolves(&self) -> bool {
        self.idempotent || self.look_up_after.is_some()
    }
}

/// The longest `Retry-After` that is obeyed.
const RETRY_AFTER_LIMIT: i64 = 3600 * 1000;

/// What is known of a delivery when its attempt has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Attempts before this one that count.
    pub counted: i64,
    /// An earlier attempt may have arrived.
    pub unresolved: bool,
    /// How old the delivery is.
    pub age: i64,
}

/// Decides what becomes of a delivery; `below` throws the dice.
pub fn decide(
    policy: &Policy,
    standing: Standing,
    outcome: &Outcome,
    now: i64,
    below: &dyn Fn(u64) -> u64,
) -> (Next, Option<String>) {
    let spent = standing.counted + 1 >= policy.attempts;
    let old = standing.age >= policy.age;
    let wait = backoff(policy, standing.counted, below);
    // What may have arrived is never called dead.
    let end = |unresolved: bool| {
        if unresolved {
            Next::Doubt
        } else {
            Next::Dead {
                blocks: policy.dead_blocks,
            }
        }
    };
    match outcome {
        Outcome::Taken {
            reference, answer, ..
        } => (
            Next::Delivered {
                reference: reference.clone(),
                answer: answer.clone(),
            },
            None,
        ),
        Outcome::Refused { reason } => (end(standing.unresolved), Some(reason.clone())),
        Outcome::Later { reason, .. } | Outcome::Unsent { reason } if old => (
            end(standing.unresolved),
            Some(format!(
                "given up after {} s: {reason}",
                standing.age / 1000
            )),
        ),
        Outcome::Later { reason, .. } if spent => (
            end(standing.unresolved),
            Some(format!(
                "given up after {} attempts: {reason}",
                standing.counted + 1
            )),
        ),
        Outcome::Later { reason, after } => {
            let wait = wait.max(after.unwrap_or(0).clamp(0, RETRY_AFTER_LIMIT));
            (
                Next::Again {
                    at: now + wait,
                    unresolved: standing.unresolved,
                    counts: true,
                },
                Some(reason.clone()),
            )
        }
        // Not reaching the destination is no attempt of it: an outage of hours uses none up.
        Outcome::Unsent { reason } => (
            Next::Again {
                at: now + wait,
                unresolved: standing.unresolved,
                counts: false,
            },
            Some(reason.clone()),
        ),
        Outcome::Ambiguous { reason } if !policy.resolves() || spent || old => {
            (Next::Doubt, Some(reason.clone()))
        }
        Outcome::Ambiguous { reason } => {
            let wait = wait.max(policy.look_up_after.unwrap_or(0));
            (
                Next::Again {
                    at: now + wait,
                    unresolved: true,
                    counts: true,
                },
                Some(reason.clone()),
            )
        }
    }
}

/// A wait of full jitter: anything up to a bound that doubles with each attempt.
pub fn backoff(policy: &Policy, attempts: i64, below: &dyn Fn(u64) -> u64) -> i64 {
    let doubled = policy.backoff.saturating_mul(1 << attempts.clamp(0, 40));
    let bound = doubled.clamp(1, policy.backoff_limit.max(1));
    i64::try_from(below(u64::try_from(bound).unwrap_or(1))).unwrap_or(0)
}

/// How long a circuit stays open when it opens for the `opened`th time in a row: half of the bound for certain, the rest by dice.
pub fn circuit_wait(policy: &Policy, opened: i64, limit: i64, below: &dyn Fn(u64) -> u64) -> i64 {
    let bound = policy
        .circuit_wait
        .saturating_mul(1 << opened.clamp(0, 20))
        .clamp(2, limit.max(2));
    bound / 2 + i64::try_from(below(u64::try_from(bound / 2).unwrap_or(1).max(1))).unwrap_or(0)
}

/// A time of the week in which a flow may send.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Days, Monday first.
    pub days: [bool; 7],
    /// Minutes after midnight at which it begins.
    pub from: u16,
    /// Minutes after midnight at which it ends; before `from` when it goes past midnight.
    pub to: u16,
    /// The time zone that it is told in.
    pub zone: jiff::tz::TimeZone,
}

impl Window {
    /// Reads `Mon-Fri 08:00-18:00`, `Sat,Sun 22:00-06:00` or `daily 00:00-24:00`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str, zone: &jiff::tz::TimeZone) -> Result<Window, String> {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let wrong = || format!("\"{text}\" is not a window such as \"Mon-Fri 08:00-18:00\"");
        let (day_list, times) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let day = |name: &str| {
            let name = name.trim().to_lowercase();
            DAYS.iter().position(|day| *day == name).ok_or_else(wrong)
        };
        let mut days = [false; 7];
        for part in day_list.split(',') {
            let (first, last) = match part.split_once('-') {
                _ if part.eq_ignore_ascii_case("daily") => (0, 6),
                Some((first, last)) => (day(first)?, day(last)?),
                None => (day(part)?, day(part)?),
            };
            let count = (last + 7 - first) % 7;
            for step in 0..=count {
                if let Some(day) = days.get_mut((first + step) % 7) {
                    *day = true;
                }
            }
        }
        let (from, to) = times.split_once('-').ok_or_else(wrong)?;
        let minutes = |text: &str| -> Result<u16, String> {
            let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
            let (hour, minute): (u16, u16) = (
                hour.parse().map_err(|_| wrong())?,
                minute.parse().map_err(|_| wrong())?,
            );
            if hour > 24 || minute > 59 || hour * 60 + minute > 24 * 60 {
                Err(wrong())
            } else {
                Ok(hour * 60 + minute)
            }
        };
        Ok(Window {
            days,
            from: minutes(from)?,
            to: minutes(to)?,
            zone: zone.clone(),
        })
    }

    /// Tells whether a moment (milliseconds since 1970) is in the window.
    pub fn holds(&self, now: i64) -> bool {
        let Ok(moment) = jiff::Timestamp::from_millisecond(now) else {
            return true;
        };
        let local = moment.to_zoned(self.zone.clone());
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let minute =
            u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0);
        let on = |day: usize| self.days.get(day % 7).copied().unwrap_or(false);
        if self.from <= self.to {
            on(day) && (self.from..self.to).contains(&minute)
        } else {
            (on(day) && minute >= self.from) || (on(day + 6) && minute < self.to)
        }
    }
}

/// Tells whether the policy lets a flow send at a moment.
pub fn may_send(policy: &Policy, now: i64) -> bool {
    policy.windows.is_empty() || policy.windows.iter().any(|window| window.holds(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(policy: &Policy, counted: i64, unresolved: bool, age: i64, outcome: &Outcome) -> Next {
        decide(
            policy,
            Standing {
                counted,
                unresolved,
                age,
            },
            outcome,
            1_000_000,
            &|bound| bound - 1,
        )
        .0
    }

    #[test]
    fn each_outcome_leads_where_it_must() {
        let policy = Policy {
            attempts: 3,
            backoff: 100,
            backoff_limit: 1000,
            age: 50_000,
            ..Policy::default()
        };
        let reason = || "why".to_owned();
        let later = Outcome::Later {
            reason: reason(),
            after: None,
        };
        let unsent = Outcome::Unsent { reason: reason() };
        let ambiguous = Outcome::Ambiguous { reason: reason() };
        let refused = Outcome::Refused { reason: reason() };
        let dead = Next::Dead { blocks: true };
        let again = |at: i64, unresolved, counts| Next::Again {
            at: 1_000_000 + at,
            unresolved,
            counts,
        };
        assert_eq!(after(&policy, 0, false, 0, &later), again(99, false, true));
        assert_eq!(after(&policy, 1, false, 0, &later), again(199, false, true));
        assert_eq!(after(&policy, 2, false, 0, &later), dead);
        assert_eq!(after(&policy, 2, true, 0, &later), Next::Doubt);
        assert_eq!(
            after(&policy, 9, false, 0, &unsent),
            again(999, false, false)
        );
        assert_eq!(after(&policy, 0, false, 50_000, &unsent), dead);
        assert_eq!(after(&policy, 0, true, 50_000, &unsent), Next::Doubt);
        assert_eq!(after(&policy, 0, false, 0, &refused), dead);
        assert_eq!(after(&policy, 0, true, 0, &refused), Next::Doubt);
        assert_eq!(after(&policy, 0, false, 0, &ambiguous), Next::Doubt);
        let wait = Outcome::Later {
            reason: reason(),
            after: Some(7000),
        };
        assert_eq!(after(&policy, 0, false, 0, &wait), again(7000, false, true));
        let looks = Policy {
            look_up_after: Some(5000),
            ..policy.clone()
        };
        assert_eq!(
            after(&looks, 0, false, 0, &ambiguous),
            again(5000, true, true)
        );
        assert_eq!(after(&looks, 2, false, 0, &ambiguous), Next::Doubt);
        let idempotent = Policy {
            idempotent: true,
            ..policy
        };
        assert_eq!(
            after(&idempotent, 0, false, 0, &ambiguous),
            again(99, true, true)
        );
    }

    #[test]
    fn windows_hold_what_they_say() {
        let zone = jiff::tz::TimeZone::UTC;
        let at = |text: &str| {
            text.parse::<jiff::Timestamp>()
                .expect("a time")
                .as_millisecond()
        };
        let holds = |window: &str, time: &str| {
            Window::parse(window, &zone)
                .expect("a window")
                .holds(at(time))
        };
        // 2024-01-01 was a Monday.
        assert!(holds("Mon-Fri 08:00-18:00", "2024-01-01T08:00:00Z"));
        assert!(!holds("Mon-Fri 08:00-18:00", "2024-01-01T18:00:00Z"));
        assert!(!holds("Mon-Fri 08:00-18:00", "2024-01-06T12:00:00Z"));
        assert!(holds("Sat 22:00-06:00", "2024-01-07T05:59:00Z"));
        assert!(!holds("Sat 22:00-06:00", "2024-01-06T05:59:00Z"));
        assert!(holds("daily 00:00-24:00", "2024-01-06T23:59:00Z"));
        assert!(holds("Sat-Mon,Wed 00:00-24:00", "2024-01-03T00:00:00Z"));
        for wrong in ["", "Mon", "Mon 8-9", "Foo 08:00-09:00", "Mon 08:00-25:00"] {
            assert!(Window::parse(wrong, &zone).is_err(), "{wrong}");
        }
    }

    #[test]
    fn waits_are_within_their_bounds() {
        let policy = Policy {
            backoff: 1000,
            backoff_limit: 60_000,
            circuit_wait: 5000,
            ..Policy::default()
        };
        for attempts in 0..60 {
            assert!((0..60_000).contains(&backoff(&policy, attempts, &|bound| bound - 1)));
            assert_eq!(backoff(&policy, attempts, &|_| 0), 0);
            let wait = circuit_wait(&policy, attempts, 600_000, &|bound| bound - 1);
            assert!((2500..=600_000).contains(&wait), "{wait}");
        }
    }
}
