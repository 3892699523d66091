//! How commands reach others: who they say they are and whom they trust, and contracts fetched as files or over HTTP.

use std::path::PathBuf;

use clap::Args;
use soapstone::http::{Client, ClientOptions, Credentials, Outgoing, header};
use soapstone_schema::load::{Fetch, FetchError, Files};

use super::Failure;

/// Flags of commands that ask a server.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Access {
    /// Sign in by HTTP Basic [env: SOAPSTONE_USER].
    #[arg(long, value_name = "NAME:PASSWORD", conflicts_with = "bearer")]
    user: Option<String>,
    /// Sign in by a bearer token [env: SOAPSTONE_TOKEN].
    #[arg(long, value_name = "TOKEN")]
    bearer: Option<String>,
    /// A PEM file with the client's own certificate, and what issued it.
    #[arg(long, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// A PEM file with the certificate's key.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// A PEM file with the certificates to trust.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// A further host that documents may be fetched from; the contract's own always may be asked.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
}

impl Access {
    /// A client that trusts whom it should.
    pub(super) fn client(&self) -> Result<Client, Failure> {
        let mut options = ClientOptions::default();
        options.tls.ca.clone_from(&self.ca);
        options.tls.identity = self.certificate.clone().zip(self.key.clone());
        Client::new(options).map_err(|error| Failure::of(&error))
    }

    /// Who the client says it is: what a flag says, else the environment.
    pub(super) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        self.credentials_beside(|name| std::env::var(name).ok())
    }

    // clap would hold a flag against what the other one has from the environment.
    fn credentials_beside(
        &self,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Credentials>, Failure> {
        let (token, user) = match (&self.bearer, &self.user) {
            (None, None) => (
                environment("SOAPSTONE_TOKEN"),
                environment("SOAPSTONE_USER"),
            ),
            (token, user) => (token.clone(), user.clone()),
        };
        if let Some(token) = token {
            return Ok(Some(Credentials::Bearer(token)));
        }
        let Some(given) = user else {
            return Ok(None);
        };
        let (user, password) = pair(&given, "--user")?;
        Ok(Some(Credentials::Basic { user, password }))
    }
}

/// The two halves of `NAME:PASSWORD`.
pub(super) fn pair(given: &str, flag: &str) -> Result<(String, String), Failure> {
    let (user, password) = given
        .split_once(':')
        .ok_or_else(|| Failure::new(format!("{flag}: NAME:PASSWORD is due")))?;
    Ok((user.to_owned(), password.to_owned()))
}

/// Reads files and asks addresses: those of the contract's own host, and of hosts that a person allowed.
pub(super) struct Fetcher {
    client: Client,
    credentials: Option<Credentials>,
    hosts: Vec<String>,
}

/// Redirections that are followed for one document.
const REDIRECTIONS: usize = 5;

impl Fetcher {
    /// Makes what fetches a contract and the documents that it refers to.
    pub(super) fn new(
        client: &Client,
        access: &Access,
        location: &str,
    ) -> Result<Fetcher, Failure> {
        let own = host(location).into_iter();
        let allowed = access
            .allow_host
            .iter()
            .map(|host| host.to_ascii_lowercase());
        Ok(Fetcher {
            client: client.clone(),
            credentials: access.credentials()?,
            hosts: own.chain(allowed).collect(),
        })
    }

    /// Neither a document nor a redirection leads to other hosts, and no credentials go there.
    fn allow(&self, location: &str) -> Result<(), FetchError> {
        match host(location) {
            Some(host) if !self.hosts.contains(&host) => Err(FetchError::Refused(format!(
                "the host {host} was not allowed; --allow-host {host} allows it"
            ))),
            _ => Ok(()),
        }
    }
}

/// The host of an address, without its port; `None` for files.
fn host(location: &str) -> Option<String> {
    let (_, rest) = location.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => host.split(':').next()?,
    };
    Some(host.to_ascii_lowercase())
}

impl Fetch for Fetcher {
    fn fetch(&mut self, location: &str) -> Result<Vec<u8>, FetchError> {
        if !location.starts_with("http://") && !location.starts_with("https://") {
            return Files.fetch(location);
        }
        self.allow(location)?;
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
            self.allow(&location)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_stands_above_the_environment() {
        let credentials = |token: Option<&str>, user: Option<&str>| {
            let access = Access {
                bearer: token.map(str::to_owned),
                user: user.map(str::to_owned),
                ..Access::default()
            };
            let environment =
                |name: &str| (name == "SOAPSTONE_USER").then(|| "env:secret".to_owned());
            match access.credentials_beside(environment) {
                Ok(Some(Credentials::Basic { user, .. })) => user,
                Ok(Some(Credentials::Bearer(token))) => token,
                _ => unreachable!("a flag or the environment says it"),
            }
        };
        assert_eq!(credentials(Some("t0ken"), None), "t0ken");
        assert_eq!(credentials(None, Some("flag:secret")), "flag");
        assert_eq!(credentials(None, None), "env");
    }

    #[test]
    fn only_allowed_hosts_are_asked() {
        let access = Access {
            allow_host: vec!["Schemas.example.com".to_owned()],
            ..Access::default()
        };
        let Ok(client) = Client::new(ClientOptions::default()) else {
            unreachable!("a client without options");
        };
        let Ok(fetcher) = Fetcher::new(
            &client,
            &access,
            "https://me:pw@API.example.com:8443/a?wsdl",
        ) else {
            unreachable!("no credentials to misread");
        };
        for (location, allowed) in [
            ("https://api.example.com/b.xsd", true),
            ("http://schemas.example.com:80/c.xsd", true),
            ("b.xsd", true),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://api.example.com@evil.example.org/", false),
            ("http://[::1]:8080/", false),
            ("http://evil.example.org?api.example.com", false),
        ] {
            assert_eq!(fetcher.allow(location).is_ok(), allowed, "{location}");
        }
    }
}
