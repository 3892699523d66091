//! Recognises the users of the configuration by HTTP Basic.
//!
//! A password is never kept: what was verified once is remembered as a keyed digest, since argon2 is slow by design and a SOAP client
//! sends its password with every request.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use soapstone::http::Credentials;

use super::Principal;
use crate::config::{Config, Grant};

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
        let Some(Credentials::Basic { user, password }) = Credentials::read(header) else {
            return Err(PrincipalError::Malformed);
        };
        let Some(known) = self.users.get(&user) else {
            // The same work as for a known user, so that time does not tell which names exist.
            let _ = Argon2::default().hash_password(password.as_bytes());
            return Err(PrincipalError::Wrong);
        };
        let hash =
            argon2::PasswordHash::new(&known.hash).map_err(|_| PrincipalError::Hash(user))?;
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
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

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
