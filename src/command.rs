//! The command line: what `soapstone` can be told to do, one file a command. Only commands that work are listed.
//!
//! A command gets plain arguments, says what went wrong as a [`Failure`], and never ends the process itself.

mod call;
mod capture;
mod check;
mod fetch;
mod flow;
mod generate;
mod hash_password;
mod reload;
mod sample_erp;
mod serve;
mod validate;
mod wsdl;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Typed SOAP over a live database: every table, view and routine is an operation.
#[derive(Debug, Parser)]
#[command(
    name = "soapstone",
    version,
    about,
    max_term_width = 110,
    arg_required_else_help = true,
    after_help = "Exit status: 0 done, 1 not done; what a command has beyond that stands in its own help.

Examples:
  soapstone serve
  soapstone serve --db postgres://crm@localhost/crm
  soapstone call 'http://127.0.0.1:8080/soap/crm?wsdl' GetCompany id=1"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant)]
enum Command {
    Serve(serve::Arguments),
    Call(call::Arguments),
    Check(check::Arguments),
    Capture(capture::Arguments),
    Flow(flow::Arguments),
    Wsdl(wsdl::Arguments),
    Generate(generate::Arguments),
    HashPassword(hash_password::Arguments),
    Reload(reload::Arguments),
    SampleErp(sample_erp::Arguments),
    Validate(validate::Arguments),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// What is told on standard error; empty where everything has been told already.
    pub message: String,
    /// The exit status.
    pub status: u8,
}

impl Failure {
    /// A failure with the usual exit status, 1.
    pub fn new(message: impl fmt::Display) -> Failure {
        Failure {
            message: message.to_string(),
            status: 1,
        }
    }

    /// A failure that tells an error with all its causes.
    pub fn of(error: &dyn std::error::Error) -> Failure {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message.push_str(": ");
            message.push_str(&error.to_string());
            cause = error.source();
        }
        Failure { message, status: 1 }
    }
}

/// Runs the command that the process's arguments name.
pub fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Call(arguments) => call::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Capture(arguments) => capture::run(&arguments),
        Command::Flow(arguments) => flow::run(&arguments),
        Command::Wsdl(arguments) => wsdl::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::HashPassword(arguments) => hash_password::run(&arguments),
        Command::Reload(arguments) => reload::run(&arguments),
        Command::SampleErp(arguments) => sample_erp::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                let _ = writeln!(std::io::stderr(), "soapstone: {}", failure.message);
            }
            ExitCode::from(failure.status)
        }
    }
}

/// Runs a future on a runtime of its own.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::new)?
        .block_on(future)
}

/// Writes to standard output; a reader that went away (`| head`) is not an error.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn shown(command: &clap::Command, path: &str) {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        assert!(
            help.contains("Example") && help.contains(&format!("soapstone{path}")),
            "soapstone{path} --help has no example: {help:?}"
        );
        for command in command.get_subcommands() {
            shown(command, &format!("{path} {}", command.get_name()));
        }
    }

    #[test]
    fn the_help_of_every_command_shows_an_example() {
        shown(&Arguments::command(), "");
    }
}
