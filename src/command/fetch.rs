//! Fetches contracts: files as they are, addresses over HTTP.

use soapstone::http::{Client, Credentials, Outgoing, header};
use soapstone_schema::load::{Fetch, FetchError, Files};

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
