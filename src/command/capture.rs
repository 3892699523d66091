//! `soapstone capture`: which tables write their changes into the change log.

use clap::{Args, Subcommand};

use super::Failure;
use super::serve::Common;
use crate::capture::{self, Kept, trigger};
use crate::flow::Ambient;
use crate::gateway::Gateway;

/// Write the changes of chosen tables into the change log, by triggers in the CRM's own transactions.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  soapstone capture install sales_order --db postgres://crm@localhost/crm
  soapstone capture install sales_order --print        # only show the SQL
  soapstone capture list
  soapstone capture remove sales_order")]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Install the triggers of tables, or replace them.
    #[command(
        after_help = "Example: soapstone capture install sales_order sales_order_line --keep after"
    )]
    Install {
        /// Tables: `name`, or `schema.name` outside the default schema.
        #[arg(required = true)]
        tables: Vec<String>,
        /// What a change keeps of its row: key, after, or both (before and after).
        #[arg(long, default_value = "both", value_parser = ["key", "after", "both"])]
        keep: String,
        /// Print the SQL and do nothing.
        #[arg(long)]
        print: bool,
    },
    /// Remove the triggers of tables; what the log holds stays.
    #[command(after_help = "Example: soapstone capture remove sales_order")]
    Remove {
        /// Tables.
        #[arg(required = true)]
        tables: Vec<String>,
        /// Print the SQL and do nothing.
        #[arg(long)]
        print: bool,
    },
    /// List the captured tables.
    #[command(after_help = "Example: soapstone capture list")]
    List,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    arguments
        .common
        .work(async |gateway| act(gateway, &arguments.action).await)
}

async fn act(gateway: &Gateway, action: &Action) -> Result<String, Failure> {
    let (database, served) = (gateway.database(), gateway.served());
    let mut told = String::new();
    match action {
        Action::Install {
            tables,
            keep,
            print,
        } => {
            let kept = Kept::from_word(keep).unwrap_or_default();
            for name in tables {
                let table = capture::find(&served.catalog, name).map_err(Failure::new)?;
                if *print {
                    let statements =
                        trigger::install(database.dialect(), table, kept).map_err(Failure::new)?;
                    told.push_str(&format!("{};\n", statements.join(";\n")));
                } else {
                    capture::install(database, table, kept, (Ambient::system().now)())
                        .await
                        .map_err(Failure::new)?;
                    told.push_str(&format!("{}.{} is captured\n", table.schema, table.name));
                }
            }
        }
        Action::Remove { tables, print } => {
            for name in tables {
                let table = capture::find(&served.catalog, name).map_err(Failure::new)?;
                if *print {
                    told.push_str(&format!(
                        "{};\n",
                        trigger::remove(database.dialect(), table).join(";\n")
                    ));
                } else {
                    capture::remove(database, table)
                        .await
                        .map_err(Failure::new)?;
                    told.push_str(&format!(
                        "{}.{} is captured no more\n",
                        table.schema, table.name
                    ));
                }
            }
        }
        Action::List => {
            for one in capture::captured(database).await.map_err(Failure::new)? {
                told.push_str(&format!(
                    "{}.{}\tkeeps {}\n",
                    one.schema,
                    one.name,
                    one.kept.word()
                ));
            }
        }
    }
    Ok(told)
}
