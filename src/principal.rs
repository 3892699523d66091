//! Who asks, and what they may do: users and roles of the configuration, HTTP Basic, grants by operation, table and column.
//!
//! It never touches a socket. A password is never kept: what was verified once is remembered as a keyed digest, since argon2 is slow by
//! design and a SOAP client sends its password with every request.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::config::{Config, Grant};

/// Somebody who has been recognised, with all that they may do.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The name for logs and for the change log.
    pub name: Arc<str>,
    grants: Arc<[Grant]>,
}

/// What may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    Get,
    Query,
    Count,
    Create,
    Update,
    Upsert,
    Delete,
    Changes,
    Call,
}

impl Action {
    /// The word that a grant names it by.
    pub fn name(self) -> &'static str {
        match self {
            Action::Get => "get",
            Action::Query => "query",
            Action::Count => "count",
            Action::Create => "create",
            Action::Update => "update",
            Action::Upsert => "upsert",
            Action::Delete => "delete",
            Action::Changes => "changes",
            Action::Call => "call",
        }
    }

    /// Tells whether it may change the database. A routine may.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Action::Create | Action::Update | Action::Upsert | Action::Delete | Action::Call
        )
    }

    fn is_named_by(self, word: &str) -> bool {
        match word {
            "*" => true,
            "read" => matches!(
                self,
                Action::Get | Action::Query | Action::Count | Action::Changes
            ),
            "write" => matches!(
                self,
                Action::Create | Action::Update | Action::Upsert | Action::Delete
            ),
            word => word == self.name(),
        }
    }
}

/// What may be granted on a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To see it, its deliveries and their messages.
    Watch,
    /// To pause, replay, edit and settle.
    Steer,
}

impl Right {
    /// The word that a grant names it by.
    pub fn name(self) -> &'static str {
        match self {
            Right::Watch => "watch",
            Right::Steer => "steer",
        }
    }
}

/// What is asked for: a table, view or routine.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its schema.
    pub schema: &'a str,
    /// Its own SQL name.
    pub name: &'a str,
    /// Its schema is the default one, so that a grant may leave it out.
    pub in_default_schema: bool,
}

/// The columns that an action may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Columns {
    /// Every column, those of tomorrow included.
    All,
    /// These, by SQL name.
    Only(Vec<String>),
}

impl Columns {
    /// Tells whether the column is among them.
    pub fn has(&self, column: &str) -> bool {
        match self {
            Columns::All => true,
            Columns::Only(names) => names.iter().any(|name| name == column),
        }
    }
}

impl Principal {
    /// The one who asks where no users are configured: everything is allowed, and the gateway listens on loopback only.
    pub fn local() -> Principal {
        let everything = Grant {
            operations: vec!["*".to_owned()],
            on: vec!["*".to_owned()],
            columns: None,
        };
        Principal {
            name: Arc::from("local"),
            grants: Arc::from([everything]),
        }
    }

    /// Somebody who was not recognised, and may do nothing.
    pub fn nobody() -> Principal {
        Principal {
            name: Arc::from("nobody"),
            grants: Arc::from([]),
        }
    }

    /// The columns that the principal may touch by `action`; `None` where the action is not granted at all.
    pub fn may(&self, action: Action, object: Object<'_>) -> Option<Columns> {
        let mut found: Option<Vec<String>> = None;
        for grant in self
            .grants
            .iter()
            .filter(|grant| grants(grant, action, object))
        {
            match &grant.columns {
                None => return Some(Columns::All),
                Some(columns) => found
                    .get_or_insert_default()
                    .extend(columns.iter().cloned()),
            }
        }
        found.map(Columns::Only)
    }

    /// Tells whether a grant gives a right on a flow, which grants call `flow.NAME`.
    pub fn may_with_flow(&self, right: Right, flow: &str) -> bool {
        let name = format!("flow.{flow}");
        self.grants.iter().any(|grant| {
            let named = |word: &String| word == "*" || word == right.name();
            grant.operations.iter().any(named)
                && grant.on.iter().any(|pattern| matches(pattern, &name))
        })
    }

    /// Tells whether any grant speaks of the action, on whatever object: for operations of the gateway itself.
    pub fn may_everything(&self) -> bool {
        self.grants.iter().any(|grant| {
            grant.operations.iter().any(|word| word == "*") && grant.on.iter().any(|on| on == "*")
        })
    }
}

fn grants(grant: &Grant, action: Action, object: Object<'_>) -> bool {
    grant.operations.iter().any(|word| action.is_named_by(word))
        && grant.on.iter().any(|pattern| {
            matches(pattern, &format!("{}.{}", object.schema, object.name))
                || (object.in_default_schema && matches(pattern, object.name))
        })
}

/// Tells whether a name fits a pattern with `*` for any run of characters.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

/// The users of a configuration.
#[derive(Debug)]
pub struct Users {
    users: HashMap<String, Known>,
    /// Digests of credentials that were right, with the user: bounded by [`REMEMBERED`].
    verified: Mutex<HashMap<[u8; 32], Principal>>,
    /// The key of the digests, new in each process.
    key: [u8; 32],
}

#[derive(Debug)]
struct Known {
    hash: String,
    principal: Principal,
}

/// How many credentials are remembered; past it the memory starts anew.
const REMEMBERED: usize = 1_000;

/// Says why somebody was not recognised or could not be.
#[derive(Debug, thiserror::Error)]
pub enum PrincipalError {
    /// No credentials came, and some are needed.
    #[error("no credentials")]
    Missing,
    /// The header is not HTTP Basic, or not as it should be.
    #[error("credentials that are not HTTP Basic")]
    Malformed,
    /// No such user, or another password: which of them is not told.
    #[error("wrong name or password")]
    Wrong,
    /// A hash in the configuration cannot be read.
    #[error("password hash of user {0} is not an argon2 hash")]
    Hash(String),
    /// A hash in the configuration cannot be loaded.
    #[error("password hash of user {user}")]
    Secret {
        /// Whose.
        user: String,
        /// Why.
        #[source]
        source: crate::config::SecretError,
    },
    /// The operating system gave no randomness.
    #[error("no randomness: {0}")]
    Randomness(String),
}

/// Makes the argon2 hash of a password, with a salt of its own.
pub fn hash(password: &str) -> Result<String, PrincipalError> {
    let hash = Argon2::default()
        .hash_password(password.as_bytes())
        .map_err(|error| PrincipalError::Randomness(error.to_string()))?;
    Ok(hash.to_string())
}

impl Users {
    /// Takes the users from the configuration; `None` where there are none, so that nobody is asked who they are.
    pub fn new(config: &Config, folder: &Path) -> Result<Option<Users>, PrincipalError> {
        if config.users.is_empty() {
            return Ok(None);
        }
        let mut users = HashMap::new();
        for user in &config.users {
            let hash =
                user.password_hash
                    .read(folder)
                    .map_err(|source| PrincipalError::Secret {
                        user: user.name.clone(),
                        source,
                    })?;
            argon2::PasswordHash::new(&hash)
                .map_err(|_| PrincipalError::Hash(user.name.clone()))?;
            let grants: Vec<Grant> = user
                .roles
                .iter()
                .filter_map(|role| config.roles.get(role))
                .flat_map(|role| role.grants.iter().cloned())
                .collect();
            let principal = Principal {
                name: Arc::from(user.name.as_str()),
                grants: Arc::from(grants),
            };
            users.insert(user.name.clone(), Known { hash, principal });
        }
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| PrincipalError::Randomness(error.to_string()))?;
        Ok(Some(Users {
            users,
            verified: Mutex::new(HashMap::new()),
            key,
        }))
    }

    /// Recognises who sends an `Authorization` header. The first time takes as long as argon2 does (tens of milliseconds).
    pub fn recognise(&self, authorization: Option<&str>) -> Result<Principal, PrincipalError> {
        let header = authorization.ok_or(PrincipalError::Missing)?;
        let (scheme, encoded) = header
            .trim()
            .split_once(' ')
            .ok_or(PrincipalError::Malformed)?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(PrincipalError::Malformed);
        }
        let digest = self.digest(encoded.trim());
        if let Some(principal) = self.remembered(&digest) {
            return Ok(principal);
        }
        let decoded = STANDARD
            .decode(encoded.trim())
            .map_err(|_| PrincipalError::Malformed)?;
        let decoded = String::from_utf8(decoded).map_err(|_| PrincipalError::Malformed)?;
        let (name, password) = decoded.split_once(':').ok_or(PrincipalError::Malformed)?;
        let Some(known) = self.users.get(name) else {
            // The same work as for a known user, so that time does not tell which names exist.
            let _ = Argon2::default().hash_password(password.as_bytes());
            return Err(PrincipalError::Wrong);
        };
        let hash = argon2::PasswordHash::new(&known.hash)
            .map_err(|_| PrincipalError::Hash(name.to_owned()))?;
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .map_err(|_| PrincipalError::Wrong)?;
        self.remember(digest, &known.principal);
        Ok(known.principal.clone())
    }

    /// The principal of credentials that were right before, without the work of checking them.
    pub fn remembers(&self, authorization: Option<&str>) -> Option<Principal> {
        let (_, encoded) = authorization?.trim().split_once(' ')?;
        self.remembered(&self.digest(encoded.trim()))
    }

    fn digest(&self, credentials: &str) -> [u8; 32] {
        // HMAC takes keys of any length, so this never falls back.
        match Hmac::<Sha256>::new_from_slice(&self.key) {
            Ok(mut mac) => {
                mac.update(credentials.as_bytes());
                mac.finalize().into_bytes().into()
            }
            Err(_) => [0; 32],
        }
    }

    fn remembered(&self, digest: &[u8; 32]) -> Option<Principal> {
        self.verified.lock().ok()?.get(digest).cloned()
    }

    fn remember(&self, digest: [u8; 32], principal: &Principal) {
        if let Ok(mut verified) = self.verified.lock() {
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
            verified.insert(digest, principal.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: Object<'static> = Object {
        schema: "public",
        name: "sales_order",
        in_default_schema: true,
    };

    fn principal(grants: &str) -> Principal {
        let role: crate::config::Role = toml::from_str(grants).expect("grants");
        Principal {
            name: Arc::from("anna"),
            grants: Arc::from(role.grants),
        }
    }

    #[test]
    fn patterns_stand_for_runs_of_characters() {
        for (pattern, name, fits) in [
            ("*", "a.b", true),
            ("public.*", "public.a", true),
            ("public.*", "other.a", false),
            ("*order*", "public.sales_order_line", true),
            ("a*a", "a", false),
            ("sales_order", "sales_order_line", false),
            ("a*b*c", "axbyc", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn grants_add_up_and_nothing_else_is_allowed() {
        let anna = principal(
            "[[grant]]\noperations = [\"read\"]\n[[grant]]\noperations = [\"update\"]\non = [\"sales_*\"]\ncolumns = [\"note\"]\n",
        );
        assert_eq!(anna.may(Action::Query, ORDERS), Some(Columns::All));
        assert_eq!(
            anna.may(Action::Update, ORDERS),
            Some(Columns::Only(vec!["note".to_owned()]))
        );
        assert_eq!(anna.may(Action::Delete, ORDERS), None);
        assert!(!anna.may_everything() && Principal::local().may_everything());
    }

    #[test]
    fn a_password_is_recognised_twice_and_a_wrong_one_never() {
        let mut config = Config::default();
        config.users.push(crate::config::User {
            name: "anna".to_owned(),
            password_hash: crate::config::Secret::text(hash("correct: horse").expect("hash")),
            roles: Vec::new(),
        });
        let users = Users::new(&config, Path::new(""))
            .expect("users")
            .expect("some");
        let header = |text: &str| format!("Basic {}", STANDARD.encode(text));
        for _ in 0..2 {
            assert_eq!(
                &*users
                    .recognise(Some(&header("anna:correct: horse")))
                    .expect("anna")
                    .name,
                "anna"
            );
        }
        for wrong in ["anna:other", "bert:correct: horse", "anna"] {
            assert!(users.recognise(Some(&header(wrong))).is_err(), "{wrong}");
        }
        assert!(matches!(
            users.recognise(None),
            Err(PrincipalError::Missing)
        ));
        assert!(!format!("{users:?}").contains("horse"));
    }
}
