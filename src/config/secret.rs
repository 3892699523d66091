//! Secrets: a text, a file or an environment variable; never shown, not even by `Debug`.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Where a secret comes from: `"text"`, `{ file = "path" }` or `{ env = "NAME" }`.
#[derive(Clone, Deserialize)]
#[serde(from = "Written")]
pub struct Secret(Source);

#[derive(Clone)]
enum Source {
    Text(String),
    File(PathBuf),
    Env(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    File(InFile),
    Env(InEnvironment),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InFile {
    file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InEnvironment {
    env: String,
}

impl From<Written> for Secret {
    fn from(written: Written) -> Secret {
        Secret(match written {
            Written::Text(text) => Source::Text(text),
            Written::File(InFile { file }) => Source::File(file),
            Written::Env(InEnvironment { env }) => Source::Env(env),
        })
    }
}

impl Secret {
    /// Makes a secret of a text that is at hand, from a flag or a test.
    pub fn text(text: impl Into<String>) -> Secret {
        Secret(Source::Text(text.into()))
    }

    /// Reads the secret; relative files start from `folder`, and one line feed at the end of a file is dropped.
    pub fn read(&self, folder: &Path) -> Result<String, SecretError> {
        match &self.0 {
            Source::Text(text) => Ok(text.clone()),
            Source::Env(name) => {
                std::env::var(name).map_err(|_| SecretError::Environment(name.clone()))
            }
            Source::File(path) => {
                let path = folder.join(path);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| SecretError::File { path, source })?;
                Ok(text
                    .strip_suffix('\n')
                    .map(|text| text.strip_suffix('\r').unwrap_or(text))
                    .unwrap_or(&text)
                    .to_owned())
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Text(_) => f.write_str("(secret)"),
            Source::File(path) => write!(f, "(secret in file {})", path.display()),
            Source::Env(name) => write!(f, "(secret in environment variable {name})"),
        }
    }
}

/// Says why a secret could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or not UTF-8.
    #[error("environment variable {0} is not set")]
    Environment(String),
    /// The file could not be read.
    #[error("secret file {path} cannot be read", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
