//! `soapstone flow`: seeing and steering what is carried to other systems.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::serve::{Common, database_url};
use super::{Failure, block_on, print};
use crate::capture::log::Fields;
use crate::config::ConfigError;
use crate::flow::assemble::Assembled;
use crate::flow::{Ambient, start};
use crate::gateway::Gateway;
use crate::store::delivery::State;
use crate::store::letter::{self, Deed, Letter, Search};
use crate::store::progress::{self, Mode};
use crate::store::session::Session;
use crate::store::{count, layout};

/// See and steer the flows: what was delivered, what waits, what failed and why.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone flow list
  soapstone flow show orders-to-erp
  soapstone flow try orders-to-erp id=1001        # the message that would go out; sends nothing
  soapstone flow letters orders-to-erp --state dead
  soapstone flow replay orders-to-erp --state dead --spacing-ms 100
  soapstone flow check")]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the flows with their counts.
    List,
    /// Show a flow's last records with direction and result.
    Show {
        /// The flow.
        flow: String,
        /// How many.
        #[arg(long, default_value_t = 100)]
        last: i64,
    },
    /// Hold every flow's file against the database and the third party's contract.
    Check,
    /// Show the message that would go out for a record; sends nothing.
    Try {
        /// The flow.
        flow: String,
        /// The record's key: `column=value` for each column of it.
        #[arg(required = true)]
        key: Vec<String>,
    },
    /// Stop taking changes and sending.
    Pause {
        /// The flow.
        flow: String,
    },
    /// Go on.
    Resume {
        /// The flow.
        flow: String,
    },
    /// Send what is there, and take no new changes.
    Drain {
        /// The flow.
        flow: String,
    },
    /// Search deliveries.
    Letters {
        /// The flow.
        flow: String,
        /// waiting, sending, doubt, dead or delivered.
        #[arg(long)]
        state: Option<String>,
        /// A text in the key, message, reason or an id.
        #[arg(long)]
        text: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 50)]
        limit: i64,
    },
    /// Show one delivery with its message and attempts.
    Letter {
        /// Its number.
        id: i64,
    },
    /// Send dead deliveries, or those in doubt, again: one by number, or all that are found.
    Replay {
        /// The flow.
        flow: String,
        /// Only these deliveries.
        #[arg(long)]
        id: Vec<i64>,
        /// dead or doubt; without it both.
        #[arg(long)]
        state: Option<String>,
        /// A text in the key, message, reason or an id.
        #[arg(long)]
        text: Option<String>,
        /// Milliseconds between one and the next.
        #[arg(long, default_value_t = 0)]
        spacing_ms: i64,
    },
    /// Replace the message of a dead delivery by a file's text; what it was is kept.
    Edit {
        /// Its number.
        id: i64,
        /// The file.
        file: PathBuf,
    },
    /// Give a dead delivery, or one in doubt, up: its lane goes on.
    GiveUp {
        /// Its number.
        id: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say that a delivery in doubt has arrived.
    Confirm {
        /// Its number.
        id: i64,
        /// What the destination calls it.
        #[arg(long)]
        reference: Option<String>,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut config = arguments.common.config()?;
    block_on(async {
        let url = database_url(&mut config, Path::new("")).await?;
        let gateway = Gateway::start(config, url)
            .await
            .map_err(|error| Failure::of(&error))?;
        let outcome = act(&gateway, &arguments.action).await;
        gateway.database().close().await;
        print(&outcome?)
    })
}

async fn act(gateway: &Gateway, action: &Action) -> Result<String, Failure> {
    let database = gateway.database();
    if !matches!(action, Action::Check | Action::Try { .. })
        && !layout::present(database).await.map_err(Failure::new)?
    {
        return Err(Failure::new("no flow has run on this database yet"));
    }
    let now = (Ambient::system().now)();
    let who = std::env::var("USER").unwrap_or_else(|_| "command line".to_owned());
    let deed = Deed {
        who: &who,
        note: None,
        now,
    };
    let mut session = Session::begin(database).await.map_err(Failure::new)?;
    let told = match action {
        Action::List => {
            let counts = count::all(&mut session).await.map_err(Failure::new)?;
            let mut told = "flow\tstate\taccepted\tdelivered\twaiting\tin doubt\tdead\n".to_owned();
            for one in counts {
                told.push_str(&format!(
                    "{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                    one.flow,
                    one.mode.word(),
                    one.accepted,
                    one.delivered,
                    one.waiting,
                    one.doubt,
                    one.dead
                ));
            }
            told
        }
        Action::Show { flow, last } => {
            let search = Search {
                flow: Some(flow),
                ..Search::default()
            };
            lines(
                &letter::search(&mut session, &search, *last)
                    .await
                    .map_err(Failure::new)?,
            )
        }
        Action::Letters {
            flow,
            state,
            text,
            limit,
        } => {
            let search = Search {
                flow: Some(flow),
                state: state_of(state.as_deref())?,
                text: text.as_deref(),
                before: None,
            };
            lines(
                &letter::search(&mut session, &search, *limit)
                    .await
                    .map_err(Failure::new)?,
            )
        }
        Action::Letter { id } => {
            let found = letter::read(&mut session, *id)
                .await
                .map_err(Failure::new)?;
            let mut told = line(&found);
            for attempt in letter::attempts(&mut session, *id)
                .await
                .map_err(Failure::new)?
            {
                let reason = attempt.reason.unwrap_or_default();
                told.push_str(&format!(
                    "  attempt {}\t{} ms\t{}\t{reason}\n",
                    attempt.number, attempt.duration, attempt.class
                ));
            }
            format!(
                "{told}message id {}\ncorrelation {}\n\n{}\n",
                found.message_id, found.correlation, found.message
            )
        }
        Action::Pause { flow } => mode(&mut session, flow, Mode::Paused).await?,
        Action::Resume { flow } => mode(&mut session, flow, Mode::Running).await?,
        Action::Drain { flow } => mode(&mut session, flow, Mode::Draining).await?,
        Action::Replay {
            flow,
            id,
            state,
            text,
            spacing_ms,
        } => {
            let search = Search {
                flow: Some(flow),
                state: state_of(state.as_deref())?,
                text: text.as_deref(),
                before: None,
            };
            let count = letter::replay(&mut session, &search, id, *spacing_ms, deed)
                .await
                .map_err(Failure::new)?;
            format!("{count} to be sent again\n")
        }
        Action::Edit { id, file } => {
            let message = std::fs::read_to_string(file)
                .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
            letter::edit(&mut session, *id, &message, deed)
                .await
                .map_err(Failure::new)?;
            format!("delivery {id} has a new message; replay it to send it\n")
        }
        Action::GiveUp { id, reason } => {
            letter::give_up(
                &mut session,
                *id,
                Deed {
                    note: Some(reason),
                    ..deed
                },
            )
            .await
            .map_err(Failure::new)?;
            format!("delivery {id} is given up\n")
        }
        Action::Confirm { id, reference } => {
            letter::confirm(&mut session, *id, reference.as_deref(), deed)
                .await
                .map_err(Failure::new)?;
            format!("delivery {id} is delivered\n")
        }
        Action::Check | Action::Try { .. } => {
            drop(session);
            return look(gateway, action).await;
        }
    };
    session.commit().await.map_err(Failure::new)?;
    Ok(told)
}

/// What needs the flows' files and changes nothing.
async fn look(gateway: &Gateway, action: &Action) -> Result<String, Failure> {
    let (flows, folder) = flows(gateway)?;
    let Action::Try { flow, key } = action else {
        let missing = start::uncaptured(gateway.database(), &flows, &folder)
            .await
            .map_err(Failure::new)?;
        return if missing.is_empty() {
            Ok(format!("{} flows are right\n", flows.len()))
        } else {
            Err(wrong(&missing))
        };
    };
    let one = flows
        .iter()
        .find(|one| one.flow.name == *flow)
        .ok_or_else(|| Failure::new(format!("there is no flow {flow}")))?;
    let key: Fields = key
        .iter()
        .map(|part| {
            part.split_once('=')
                .map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
        })
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::new("a key is told as column=value"))?;
    let trial = one.carrier.show(&key).await.map_err(Failure::new)?;
    let record = serde_json::to_string_pretty(&trial.record).unwrap_or_default();
    let taken = match trial.taken {
        Ok(true) => "the flow takes it".to_owned(),
        Ok(false) => "the flow does not take it: its condition does not hold".to_owned(),
        Err(reason) => format!("the condition can't be computed: {reason}"),
    };
    let message = trial
        .message
        .unwrap_or_else(|reason| format!("no message: {reason}"));
    Ok(format!(
        "record:\n{record}\n\n{taken}\nlane: {}\n\n{message}\n",
        trial.lane.unwrap_or_else(|reason| reason)
    ))
}

fn flows(gateway: &Gateway) -> Result<(Vec<Assembled>, PathBuf), Failure> {
    let config = gateway.config();
    let sample = Path::new("soapstone-sample.flows");
    let folder = match &config.flows.folder {
        Some(folder) => config.folder.join(folder),
        None if config.database.url.is_none() && sample.exists() => sample.to_path_buf(),
        None => {
            return Err(Failure::new(
                "no flows are configured: set `folder` in [flows]",
            ));
        }
    };
    let catalog = Arc::new(gateway.served().catalog.clone());
    let flows =
        start::read(gateway.database(), &catalog, &folder).map_err(|errors| wrong(&errors))?;
    Ok((flows, folder))
}

/// Tells everything that is wrong with the configured flows.
pub(super) async fn wrong_with(gateway: &Gateway) -> Vec<String> {
    if gateway.config().flows.folder.is_none() {
        return Vec::new();
    }
    match flows(gateway) {
        Err(failure) => vec![failure.message],
        Ok((flows, folder)) => match start::uncaptured(gateway.database(), &flows, &folder).await {
            Err(error) => vec![error.to_string()],
            Ok(missing) => missing.iter().map(ToString::to_string).collect(),
        },
    }
}

fn wrong(errors: &[ConfigError]) -> Failure {
    Failure::new(
        errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\nsoapstone: "),
    )
}

async fn mode(session: &mut Session, flow: &str, mode: Mode) -> Result<String, Failure> {
    progress::set_mode(session, flow, mode)
        .await
        .map_err(Failure::new)?;
    Ok(format!("{flow} is {}\n", mode.word()))
}

fn state_of(word: Option<&str>) -> Result<Option<State>, Failure> {
    word.map(|word| {
        State::from_word(word).ok_or_else(|| {
            Failure::new(format!(
                "`{word}` is none of waiting, sending, doubt, dead, delivered"
            ))
        })
    })
    .transpose()
}

fn lines(letters: &[Letter]) -> String {
    letters.iter().map(line).collect()
}

fn line(letter: &Letter) -> String {
    let at = jiff::Timestamp::from_millisecond(letter.created_at)
        .map(|at| at.to_string())
        .unwrap_or_default();
    format!(
        "{}\t{at}\tout\t{} {}\t{}\tattempts {}\t{}\n",
        letter.id,
        letter.kind,
        letter.key,
        letter.state.word(),
        letter.attempts,
        letter
            .reference
            .as_deref()
            .or(letter.reason.as_deref())
            .unwrap_or_default()
    )
}
