//! The sample ERP: an order service that behaves as real ones do, for the quick start, for examples and for tests. How it may be told
//! to misbehave is in [`wire`].

mod books;
mod stock;
pub mod wire;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use soapstone::codec::Invalid;
use soapstone::datatype::{DateTime, Decimal};
use soapstone::service::{Context, Failure, NoFaults, addressed};

use crate::sample_erp::messages::{
    CancelOrder, CancelOrderResponse, DuplicateOrder, FindOrderByReference,
    FindOrderByReferenceResponse, GetStock, GetStockResponse, OrderNotFound, OrderRejected,
    SubmitOrder, SubmitOrderResponse,
};
use crate::sample_erp::order_service::{CancelOrderFault, OrderService, SubmitOrderFault};
use crate::sample_erp::types::{
    Money, Order, OrderConfirmation, OrderNumber, OrderStatus, Quantity, RejectionCode, StockLevel,
};

use books::Books;
pub use books::JournalError;

/// Tells the time: tests give their own.
pub type Clock = fn() -> DateTime;

/// An ERP that knows items by the shape of their numbers and every customer but `UNKNOWN`.
///
/// An order with an item that it does not know, or one above the credit limit, is rejected; a second order under one
/// reference is a duplicate, which carries the confirmation of the first.
#[derive(Debug)]
pub struct SampleErp {
    clock: Clock,
    forgetful: bool,
    books: Mutex<Books>,
}

impl SampleErp {
    /// Makes an ERP without orders.
    pub fn new(clock: Clock) -> SampleErp {
        SampleErp {
            clock,
            forgetful: false,
            books: Mutex::default(),
        }
    }

    /// Makes an ERP with the orders of a journal. An order is in the journal, on disk, before it is answered.
    ///
    /// # Errors
    /// The journal can't be read or written.
    pub fn open(clock: Clock, journal: &Path) -> Result<SampleErp, JournalError> {
        Ok(SampleErp {
            books: Mutex::new(Books::open(journal)?),
            ..SampleErp::new(clock)
        })
    }

    /// Takes an order anew, as another one, when its reference comes again.
    #[must_use]
    pub fn forgetful(self) -> SampleErp {
        SampleErp {
            forgetful: true,
            ..self
        }
    }

    /// How many orders it has taken.
    pub fn orders(&self) -> u64 {
        self.books().taken()
    }

    /// A call that panicked has left whole entries only, so the books are good after it.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, order: &Order) -> Result<OrderConfirmation, Failure<SubmitOrderFault>> {
        let mut books = self.books();
        let known = books.by_reference(order.external_reference.get());
        if let Some(existing) = known.filter(|_| !self.forgetful) {
            let duplicate = DuplicateOrder {
                existing: existing.clone(),
            };
            return Err(Failure::with_reason(
                SubmitOrderFault::DuplicateOrder(duplicate),
                "there is an order under this reference",
            ));
        }
        let total = check(order).map_err(SubmitOrderFault::OrderRejected)?;
        let short = order
            .lines
            .line
            .iter()
            .any(|line| !stock::covers(line.item_number.get(), line.quantity.get()));
        let number = format!("SO-{:06}", books.taken() + 1);
        let confirmation = OrderConfirmation {
            order_number: OrderNumber::new(number).map_err(internal)?,
            external_reference: order.external_reference.clone(),
            status: if short {
                OrderStatus::Backordered
            } else {
                OrderStatus::Accepted
            },
            accepted_at: (self.clock)(),
            total: Money::new(total).map_err(internal)?,
        };
        books
            .add(confirmation.clone())
            .map_err(|error| Failure::receiver(error.to_string()))?;
        Ok(confirmation)
    }

    fn cancel(&self, number: OrderNumber) -> Result<OrderConfirmation, Failure<CancelOrderFault>> {
        let mut books = self.books();
        let Some(order) = books.by_number(number.get()) else {
            let unknown = OrderNotFound {
                order_number: number,
            };
            return Err(CancelOrderFault::OrderNotFound(unknown).into());
        };
        if matches!(order.status, OrderStatus::Shipped | OrderStatus::Cancelled) {
            let message = format!("the order is {}", order.status);
            let rejected = OrderRejected {
                code: RejectionCode::NotCancellable,
                message,
                line_number: None,
            };
            return Err(CancelOrderFault::OrderRejected(rejected).into());
        }
        let cancelled = OrderConfirmation {
            status: OrderStatus::Cancelled,
            ..order.clone()
        };
        books
            .change(cancelled.clone())
            .map_err(|error| Failure::receiver(error.to_string()))?;
        Ok(cancelled)
    }
}

/// Writes the contract as files into a folder, with the address of the service in it; the root is `sample-erp.wsdl`.
///
/// # Errors
/// A file can't be written.
pub fn write_contract(folder: &Path, address: &str) -> std::io::Result<()> {
    for (name, text) in crate::sample_erp::contract::FILES {
        // The documents lie beside each other.
        let text = text.replace("{soapstone:address}?doc=", "");
        let text = addressed(&text, &|_port| Some(address.to_owned()));
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}

impl OrderService for Arc<SampleErp> {
    async fn submit_order(
        &self,
        _context: &Context,
        request: SubmitOrder,
    ) -> Result<SubmitOrderResponse, Failure<SubmitOrderFault>> {
        let confirmation = self.take(&request.order)?;
        Ok(SubmitOrderResponse { confirmation })
    }

    async fn cancel_order(
        &self,
        _context: &Context,
        request: CancelOrder,
    ) -> Result<CancelOrderResponse, Failure<CancelOrderFault>> {
        let confirmation = self.cancel(request.order_number)?;
        Ok(CancelOrderResponse { confirmation })
    }

    async fn find_order_by_reference(
        &self,
        _context: &Context,
        request: FindOrderByReference,
    ) -> Result<FindOrderByReferenceResponse, Failure<NoFaults>> {
        let confirmation = self
            .books()
            .by_reference(request.external_reference.get())
            .cloned();
        Ok(FindOrderByReferenceResponse { confirmation })
    }

    async fn get_stock(
        &self,
        _context: &Context,
        request: GetStock,
    ) -> Result<GetStockResponse, Failure<NoFaults>> {
        let levels = request.item_number.into_iter().filter_map(|item_number| {
            let on_hand = stock::on_hand(item_number.get())?;
            Some(StockLevel {
                item_number,
                warehouse: "MAIN".to_owned(),
                available: on_hand.clone(),
                on_hand,
            })
        });
        Ok(GetStockResponse {
            stock: levels.collect(),
        })
    }
}

/// Checks an order and adds it up.
fn check(order: &Order) -> Result<Decimal, OrderRejected> {
    let rejected = |code, message: String, line_number| OrderRejected {
        code,
        message,
        line_number,
    };
    let customer = order.customer.customer_number.get();
    if customer == "UNKNOWN" {
        return Err(rejected(
            RejectionCode::UnknownCustomer,
            format!("there is no customer {customer}"),
            None,
        ));
    }
    let mut total = 0;
    for line in &order.lines.line {
        let item = line.item_number.get();
        if stock::on_hand(item).is_none() {
            return Err(rejected(
                RejectionCode::UnknownItem,
                format!("there is no item {item}"),
                Some(line.line_number),
            ));
        }
        total += amount(&line.quantity, &line.unit_price);
    }
    // Scaled by seven digits: three of the quantity and four of the price.
    if total > 1_000_000 * 10_i128.pow(7) {
        return Err(rejected(
            RejectionCode::CreditLimit,
            "the order is above the credit limit".to_owned(),
            None,
        ));
    }
    // Rounded to four digits, half away from zero.
    let rounded = (total + 500 * total.signum()) / 1000;
    Ok(Decimal::new(rounded, 4))
}

/// The amount of a line, in units of 10⁻⁷; the facets of both keep it far from the end of the range.
fn amount(quantity: &Quantity, price: &Money) -> i128 {
    stock::scaled(quantity.get(), 3) * stock::scaled(price.get(), 4)
}

fn internal(error: Invalid) -> Failure<SubmitOrderFault> {
    Failure::receiver(format!("the confirmation cannot be made: {error}"))
}
