//! What the sample ERP has taken, in memory and, where it has a journal, on disk: one line for each order taken and for each change of
//! one, `reference, number, status, time, total` with tabs between them. It never forgets an order.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use soapstone::codec::{lexical, parse};

use crate::sample_erp::types::{OrderConfirmation, OrderStatus};

/// The journal can't be read or written.
#[derive(Debug)]
pub struct JournalError {
    file: PathBuf,
    error: io::Error,
}

impl std::fmt::Display for JournalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the journal {} fails", self.file.display())
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

/// The orders.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// In the order taken.
    orders: Vec<OrderConfirmation>,
    /// By the caller's reference: the newest, where it was taken twice.
    references: HashMap<String, usize>,
    numbers: HashMap<String, usize>,
    journal: Option<(PathBuf, File)>,
}

impl Books {
    pub(super) fn open(journal: &Path) -> Result<Books, JournalError> {
        let failed = |error| JournalError {
            file: journal.to_path_buf(),
            error,
        };
        let mut books = Books::default();
        match std::fs::read_to_string(journal) {
            Ok(text) => text
                .lines()
                .filter_map(read)
                .for_each(|order| books.enter(order)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(journal)
            .map_err(failed)?;
        books.journal = Some((journal.to_path_buf(), file));
        Ok(books)
    }

    pub(super) fn taken(&self) -> u64 {
        self.orders.len() as u64
    }

    pub(super) fn by_reference(&self, reference: &str) -> Option<&OrderConfirmation> {
        self.orders.get(*self.references.get(reference)?)
    }

    pub(super) fn by_number(&self, number: &str) -> Option<&OrderConfirmation> {
        self.orders.get(*self.numbers.get(number)?)
    }

    /// Takes an order.
    pub(super) fn add(&mut self, order: OrderConfirmation) -> Result<(), JournalError> {
        self.note(&order)?;
        self.enter(order);
        Ok(())
    }

    /// Changes an order that was taken.
    pub(super) fn change(&mut self, order: OrderConfirmation) -> Result<(), JournalError> {
        self.add(order)
    }

    fn enter(&mut self, order: OrderConfirmation) {
        let number = order.order_number.get().clone();
        if let Some(known) = self
            .numbers
            .get(&number)
            .and_then(|index| self.orders.get_mut(*index))
        {
            *known = order;
            return;
        }
        let index = self.orders.len();
        self.references
            .insert(order.external_reference.get().clone(), index);
        self.numbers.insert(number, index);
        self.orders.push(order);
    }

    fn note(&mut self, order: &OrderConfirmation) -> Result<(), JournalError> {
        let Some((file, journal)) = &mut self.journal else {
            return Ok(());
        };
        let line = format!(
            "{}\t{}\t{}\t{}\t{}\n",
            order
                .external_reference
                .get()
                .replace(['\t', '\n', '\r'], " "),
            order.order_number.get(),
            order.status,
            lexical(&order.accepted_at),
            lexical(&order.total),
        );
        // In one piece, so that a kill leaves whole lines. It outlives a kill of the process; a power cut it need not.
        journal
            .write_all(line.as_bytes())
            .map_err(|error| JournalError {
                file: file.clone(),
                error,
            })
    }
}

fn read(line: &str) -> Option<OrderConfirmation> {
    let mut fields = line.split('\t');
    let mut field = || fields.next();
    Some(OrderConfirmation {
        external_reference: parse(field()?).ok()?,
        order_number: parse(field()?).ok()?,
        status: status(field()?)?,
        accepted_at: parse(field()?).ok()?,
        total: parse(field()?).ok()?,
    })
}

fn status(word: &str) -> Option<OrderStatus> {
    [
        OrderStatus::Accepted,
        OrderStatus::Backordered,
        OrderStatus::Shipped,
        OrderStatus::Cancelled,
    ]
    .into_iter()
    .find(|status| status.to_string() == word)
}
