-- name: customer_balance
-- The sum of a customer's orders that are placed, sent or confirmed.
-- param: company_id integer
-- column: balance decimal(18,2)
-- reads
select printf('%d.%02d', cents / 100, cents % 100) as balance
from (
  select coalesce(sum(cast(replace(t.total, '.', '') as integer)), 0) as cents
  from order_total t
  join sales_order o on o.id = t.order_id
  where o.company_id = :company_id and o.status in ('placed', 'sent', 'confirmed')
);

-- name: orders_of
-- A customer's orders with their totals, oldest first.
-- param: company_id integer
-- param: since date optional
-- column: order_id integer
-- column: number varchar(20)
-- column: order_date date
-- column: status varchar(12)
-- column: total decimal(18,2)
-- reads
select o.id as order_id, o.number, o.order_date, o.status, t.total
from sales_order o
join order_total t on t.order_id = o.id
where o.company_id = :company_id and (:since is null or o.order_date >= :since)
order by o.order_date, o.id;
