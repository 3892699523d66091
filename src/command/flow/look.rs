//! What needs the flows' files and changes no flow: checking them, trying a record, drafting a new one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::capture;
use crate::capture::log::Fields;
use crate::command::Failure;
use crate::config::ConfigError;
use crate::flow::assemble::{Assembled, Ground, assemble};
use crate::flow::draft::{Wish, draft};
use crate::flow::sink::contract::ThirdParty;
use crate::flow::written::Written;
use crate::flow::{Ambient, start};
use crate::gateway::Gateway;

/// Holds every flow's file against the database and the third party's contract.
pub(super) async fn check(gateway: &Gateway) -> Result<String, Failure> {
    let (flows, folder) = flows(gateway)?;
    let missing = start::uncaptured(gateway.database(), &flows, &folder)
        .await
        .map_err(Failure::new)?;
    if !missing.is_empty() {
        return Err(wrong(&missing));
    }
    let mut told = warnings(&flows);
    told.push_str(&format!("{} flows are right\n", flows.len()));
    Ok(told)
}

fn warnings(flows: &[Assembled]) -> String {
    let warnings = flows.iter().flat_map(|flow| &flow.warnings);
    warnings
        .map(|warning| format!("warning: {warning}\n"))
        .collect()
}

/// Shows the message that would go out for a record.
pub(super) async fn try_out(
    gateway: &Gateway,
    flow: &str,
    key: &[String],
) -> Result<String, Failure> {
    let (flows, _) = flows(gateway)?;
    let one = flows
        .iter()
        .find(|one| one.flow.name == flow)
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
        .map(|message| {
            format!(
                "valid, and would go out to {}:\n{message}",
                one.flow.destination
            )
        })
        .unwrap_or_else(|reason| format!("no message: {reason}"));
    Ok(format!(
        "record:\n{record}\n\n{taken}\nlane: {}\n\n{message}\n",
        trial.lane.unwrap_or_else(|reason| reason)
    ))
}

/// What a new flow is to be.
pub(super) struct Asked<'a> {
    pub(super) flow: &'a str,
    pub(super) table: &'a str,
    pub(super) wsdl: &'a str,
    pub(super) operation: &'a str,
    pub(super) port: Option<&'a str>,
    pub(super) print: bool,
}

/// Drafts a flow, writes it into the flows folder, and tells what the check says of it.
pub(super) fn draft_new(gateway: &Gateway, asked: &Asked<'_>) -> Result<String, Failure> {
    let folder = folder(gateway).or_else(|failure| match asked.print {
        true => Ok(PathBuf::new()),
        false => Err(failure),
    })?;
    let file = folder.join(format!("{}.toml", asked.flow));
    if asked.flow.contains(['/', '\\']) || asked.flow.is_empty() {
        return Err(Failure::new(format!(
            "`{}` is no name of a file",
            asked.flow
        )));
    }
    if !asked.print && file.exists() {
        return Err(Failure::new(format!("{} is there already", file.display())));
    }
    let catalog = Arc::new(gateway.served().catalog.clone());
    let table = capture::find(&catalog, asked.table).map_err(Failure::new)?;
    let table = catalog
        .find_table(&table.schema, &table.name)
        .ok_or_else(|| Failure::new("the table is gone"))?;
    let third = ThirdParty::load(asked.wsdl, &folder)
        .map_err(|lines| Failure::new(lines.join("\nsoapstone: ")))?;
    let wish = Wish {
        table,
        wsdl: asked.wsdl,
        port: asked.port,
        operation: asked.operation,
    };
    let text = draft(&catalog, &third, &wish).map_err(Failure::new)?;
    if asked.print {
        return Ok(text);
    }
    std::fs::write(&file, &text)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    let ambient = Ambient::system();
    let ground = Ground {
        database: gateway.database(),
        catalog: &catalog,
        folder: &folder,
        ambient: &ambient,
    };
    let said = Written::parse(&file, &text).and_then(|written| assemble(&ground, &written));
    Ok(match said {
        Ok(flow) => {
            let warnings = warnings(std::slice::from_ref(&flow));
            format!(
                "{}: drafted, and right as it stands; look at each line\n{warnings}",
                file.display()
            )
        }
        Err(errors) => format!(
            "{}: drafted; to be done:\n{}\n",
            file.display(),
            lines(&errors)
        ),
    })
}

fn folder(gateway: &Gateway) -> Result<PathBuf, Failure> {
    let config = gateway.config();
    let sample = Path::new("soapstone-sample.flows");
    match &config.flows.folder {
        Some(folder) => Ok(config.folder.join(folder)),
        None if config.database.url.is_none() && sample.exists() => Ok(sample.to_path_buf()),
        None => Err(Failure::new(
            "no flows are configured: set `folder` in [flows]",
        )),
    }
}

fn flows(gateway: &Gateway) -> Result<(Vec<Assembled>, PathBuf), Failure> {
    let folder = folder(gateway)?;
    let catalog = Arc::new(gateway.served().catalog.clone());
    let flows =
        start::read(gateway.database(), &catalog, &folder).map_err(|errors| wrong(&errors))?;
    Ok((flows, folder))
}

/// Tells everything that is wrong with the configured flows, and what may go wrong.
pub(in crate::command) async fn wrong_with(gateway: &Gateway) -> (Vec<String>, String) {
    if gateway.config().flows.folder.is_none() {
        return Default::default();
    }
    match flows(gateway) {
        Err(failure) => (vec![failure.message], String::new()),
        Ok((flows, folder)) => {
            let told = warnings(&flows);
            match start::uncaptured(gateway.database(), &flows, &folder).await {
                Err(error) => (vec![error.to_string()], told),
                Ok(missing) => (missing.iter().map(ToString::to_string).collect(), told),
            }
        }
    }
}

fn wrong(errors: &[ConfigError]) -> Failure {
    Failure::new(lines(errors).replace('\n', "\nsoapstone: "))
}

fn lines(errors: &[ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
