//! The sample ERP: an order service in memory that behaves as real ones do, for examples and for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use soapstone::codec::Invalid;
use soapstone::datatype::{DateTime, Decimal};
use soapstone::service::{Context, Failure, NoFaults};

use crate::sample_erp::messages::{
    CancelOrder, CancelOrderResponse, DuplicateOrder, FindOrderByReference,
    FindOrderByReferenceResponse, GetStock, GetStockResponse, OrderNotFound, OrderRejected,
    SubmitOrder, SubmitOrderResponse,
};
use crate::sample_erp::order_service::{CancelOrderFault, OrderService, SubmitOrderFault};
use crate::sample_erp::types::{
    Money, Order, OrderConfirmation, OrderNumber, OrderStatus, Quantity, RejectionCode, StockLevel,
};
use crate::stock;

/// Tells the time: tests give their own.
pub type Clock = fn() -> DateTime;

/// An ERP that knows a few items and every customer but `UNKNOWN`.
///
/// An order with an item that it does not know, or one above the credit limit, is rejected; a second order under one
/// reference is a duplicate, which carries the confirmation of the first.
#[derive(Debug)]
pub struct SampleErp {
    clock: Clock,
    books: Mutex<Books>,
}

/// The orders taken so far.
#[derive(Debug, Default)]
struct Books {
    /// Confirmations by the caller's reference.
    orders: HashMap<String, OrderConfirmation>,
    taken: u64,
}

impl SampleErp {
    /// Makes an ERP without orders.
    pub fn new(clock: Clock) -> SampleErp {
        SampleErp {
            clock,
            books: Mutex::default(),
        }
    }

    /// How many orders it has taken.
    pub fn orders(&self) -> usize {
        self.books().orders.len()
    }

    /// A call that panicked has left whole entries only, so the books are good after it.
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, order: &Order) -> Result<OrderConfirmation, Failure<SubmitOrderFault>> {
        let mut books = self.books();
        if let Some(existing) = books.orders.get(order.external_reference.get()) {
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
        let number = format!("SO-{:06}", books.taken + 1);
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
        books.taken += 1;
        books
            .orders
            .insert(order.external_reference.get().clone(), confirmation.clone());
        Ok(confirmation)
    }

    fn cancel(&self, number: OrderNumber) -> Result<OrderConfirmation, CancelOrderFault> {
        let mut books = self.books();
        let Some(order) = books.orders.values_mut().find(|o| o.order_number == number) else {
            return Err(CancelOrderFault::OrderNotFound(OrderNotFound {
                order_number: number,
            }));
        };
        if matches!(order.status, OrderStatus::Shipped | OrderStatus::Cancelled) {
            let message = format!("the order is {}", order.status);
            let rejected = OrderRejected {
                code: RejectionCode::NotCancellable,
                message,
                line_number: None,
            };
            return Err(CancelOrderFault::OrderRejected(rejected));
        }
        order.status = OrderStatus::Cancelled;
        Ok(order.clone())
    }
}

impl OrderService for SampleErp {
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
            .orders
            .get(request.external_reference.get())
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
