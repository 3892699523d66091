//! How commands reach others: who they say they are and whom they trust, and contracts fetched as files or over HTTP.

use std::path::PathBuf;

use clap::Args;
use soapstone::http::{Client, ClientOptions, Credentials, Outgoing, header};
use soapstone_schema::load::{Fetch, FetchError, Files};

use super::Failure;

/// Flags of commands that ask a server.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Access {
    /// Sign in by HTTP Basic.
    #[arg(
        long,
        value_name = "NAME:PASSWORD",
        env = "SOAPSTONE_USER",
        hide_env_values = true
    )]
    user: Option<String>,
    /// A PEM file with the certificates to trust.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl Access {
    /// A client that trusts whom it should.
    pub(super) fn client(&self) -> Result<Client, Failure> {
        let mut options = ClientOptions::default();
        options.tls.ca.clone_from(&self.ca);
        Client::new(options).map_err(|error| Failure::of(&error))
    }

    /// Who the client says it is.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        let Some(pair) = &self.user else {
            return Ok(None);
        };
        let (user, password) = pair
            .split_once(':')
            .ok_or_else(|| Failure::new("--user is NAME:PASSWORD"))?;
        Ok(Some(Credentials::Basic {
            user: user.to_owned(),
            password: password.to_owned(),
        }))
    }
}

/// Reads files and asks addresses.
pub(super) struct Fetcher {
    pub(super) client: Client,
    pub(super) credentials: Option<Credentials>,
}

/// Redirections that are followed for one document.
const REDIRECTIONS: usize = 5;

impl Fetch for Fetcher {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        if !location.starts_with("http://") && !location.starts_with("https://") {
            return Files.fetch(location);
        }
        // The loader is synchronous; this thread may wait, since others are there for what it waits for.
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(self.get(location))
        })
    }
}

impl Fetcher {
    async fn get(&self, location: &str) -> Result<Vec<u8>, FetchError> {
        let mut location = location.to_owned();
        for _ in 0..REDIRECTIONS {
            let mut outgoing = Outgoing::get(location.as_str());
            if let Some(credentials) = &self.credentials {
                outgoing = outgoing.with_credentials(credentials.clone());
            }
            let answer = self
                .client
                .send(outgoing)
                .await
                .map_err(|error| FetchError::Refused(error.to_string()))?;
            if answer.status.is_success() {
                return Ok(answer.body.to_vec());
            }
            match answer.header(header::LOCATION) {
                Some(next) if answer.status.is_redirection() && next.starts_with("http") => {
                    next.clone_into(&mut location)
                }
                _ => {
                    return Err(FetchError::Refused(format!(
                        "it answered {}",
                        answer.status
                    )));
                }
            }
        }
        Err(FetchError::Refused("it redirects too often".to_owned()))
    }
}
