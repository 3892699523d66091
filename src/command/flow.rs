//! `soapstone flow`: seeing and steering what is carried to other systems.

mod look;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Failure;
use super::serve::Common;
use crate::flow::Ambient;
use crate::gateway::Gateway;
use crate::store::delivery::State;
use crate::store::letter::{self, Deed, Letter, Search};
use crate::store::progress::{self, Mode};
use crate::store::session::Session;
use crate::store::{count, layout};

pub(super) use look::wrong_with;

/// See and steer the flows: what was delivered, what waits, what failed and why.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone flow list
  soapstone flow new orders --table sales_order --wsdl sample-erp.wsdl --operation SubmitOrder
  soapstone flow show orders-to-erp
  soapstone flow try orders-to-erp id=1001        # the message that would go out; sends nothing
  soapstone flow letters orders-to-erp --state dead
  soapstone flow replay orders-to-erp --state dead --per-second 10
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
    #[command(after_help = "Example: soapstone flow list")]
    List,
    /// Show a flow's last records with direction and result.
    #[command(after_help = "Example: soapstone flow show orders-to-erp --last 20")]
    Show {
        /// The flow.
        flow: String,
        /// How many.
        #[arg(long, default_value_t = 100)]
        last: i64,
    },
    /// Hold every flow's file against the database and the third party's contract.
    #[command(after_help = "Example: soapstone flow check")]
    Check,
    /// Draft a flow from names and types: what it leaves open stands in it as comments.
    #[command(
        after_help = "Example: soapstone flow new orders --table sales_order --wsdl sample-erp.wsdl --operation SubmitOrder"
    )]
    New {
        /// The flow's name.
        flow: String,
        /// The source table: `name`, or `schema.name` outside the default schema.
        #[arg(long)]
        table: String,
        /// The third party's contract: a file in the flows folder, or a URL.
        #[arg(long, value_name = "FILE|URL")]
        wsdl: String,
        /// The operation that takes the records.
        #[arg(long)]
        operation: String,
        /// The port, where several have the operation.
        #[arg(long)]
        port: Option<String>,
        /// Only print it.
        #[arg(long)]
        print: bool,
    },
    /// Show the message that would go out for a record; sends nothing.
    #[command(after_help = "Example: soapstone flow try orders-to-erp id=1001")]
    Try {
        /// The flow.
        flow: String,
        /// The record's key: `column=value` for each column of it.
        #[arg(required = true)]
        key: Vec<String>,
    },
    /// Stop taking changes and sending.
    #[command(after_help = "Example: soapstone flow pause orders-to-erp")]
    Pause {
        /// The flow.
        flow: String,
    },
    /// Go on.
    #[command(after_help = "Example: soapstone flow resume orders-to-erp")]
    Resume {
        /// The flow.
        flow: String,
    },
    /// Send what is there, and take no new changes.
    #[command(after_help = "Example: soapstone flow drain orders-to-erp")]
    Drain {
        /// The flow.
        flow: String,
    },
    /// Search deliveries.
    #[command(
        after_help = "Example: soapstone flow letters orders-to-erp --state dead --text 'unknown product'"
    )]
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
    #[command(after_help = "Example: soapstone flow letter 17")]
    Letter {
        /// Its number.
        id: i64,
    },
    /// Send dead deliveries, or those in doubt, again: one by number, or all that are found.
    #[command(
        after_help = "Example: soapstone flow replay orders-to-erp --state dead --per-second 10"
    )]
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
        /// At most so many a second; all at once where it is left out.
        #[arg(long, value_name = "COUNT")]
        per_second: Option<i64>,
    },
    /// Replace the message of a dead delivery by a file's text; what it was is kept.
    #[command(after_help = "Example: soapstone flow edit 17 mended.xml")]
    Edit {
        /// Its number.
        id: i64,
        /// The file.
        file: PathBuf,
    },
    /// Give a dead delivery, or one in doubt, up: its lane goes on.
    #[command(after_help = "Example: soapstone flow give-up 17 --reason 'the order was cancelled'")]
    GiveUp {
        /// Its number.
        id: i64,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Say of a delivery in doubt whether it arrived: if it did not, it is sent again.
    #[command(after_help = "Example: soapstone flow resolve 17 --arrived --reference N-4711")]
    Resolve {
        /// Its number.
        id: i64,
        /// It arrived.
        #[arg(long, required_unless_present = "not_arrived")]
        arrived: bool,
        /// It did not.
        #[arg(long, conflicts_with = "arrived")]
        not_arrived: bool,
        /// What the destination calls it.
        #[arg(long)]
        reference: Option<String>,
    },
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments
        .common
        .work(async |gateway| act(gateway, &arguments.action).await)
}

async fn act(gateway: &Gateway, action: &Action) -> Result<String, Failure> {
    let database = gateway.database();
    match action {
        Action::Check => return look::check(gateway).await,
        Action::Try { flow, key } => return look::try_out(gateway, flow, key).await,
        Action::New {
            flow,
            table,
            wsdl,
            operation,
            port,
            print,
        } => {
            let asked = look::Asked {
                flow,
                table,
                wsdl,
                operation,
                port: port.as_deref(),
                print: *print,
            };
            return look::draft_new(gateway, &asked);
        }
        _ => {}
    }
    if !layout::present(database).await.map_err(Failure::new)? {
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
            for deed in letter::deeds(&mut session, *id)
                .await
                .map_err(Failure::new)?
            {
                let note = deed.note.as_deref().unwrap_or_default();
                told.push_str(&format!("  {} by {}\t{note}\n", deed.action, deed.who));
                told.push_str(&deed.difference().unwrap_or_default());
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
            per_second,
        } => {
            let search = Search {
                flow: Some(flow),
                state: state_of(state.as_deref())?,
                text: text.as_deref(),
                before: None,
            };
            let spacing = per_second.map_or(0, |rate| 1000 / rate.max(1));
            let count = letter::replay(&mut session, &search, id, spacing, deed)
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
        Action::Resolve {
            id,
            arrived,
            reference,
            ..
        } => {
            letter::resolve(&mut session, *id, *arrived, reference.as_deref(), deed)
                .await
                .map_err(Failure::new)?;
            match arrived {
                true => format!("delivery {id} is delivered\n"),
                false => format!("delivery {id} is sent again\n"),
            }
        }
        Action::Check | Action::Try { .. } | Action::New { .. } => String::new(),
    };
    session.commit().await.map_err(Failure::new)?;
    Ok(told)
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
        "{}\t{at}\tout\t{} {}\t{}\tattempts {}\t{}\t{}\n",
        letter.id,
        letter.kind,
        letter.key,
        letter.state.word(),
        letter.attempts,
        letter.correlation,
        letter
            .reference
            .as_deref()
            .or(letter.reason.as_deref())
            .unwrap_or_default()
    )
}
