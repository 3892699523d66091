-- name: close_opportunity
-- Closes an open opportunity as won or lost; answers it, or no row where it is not open.
-- param: opportunity_id integer
-- param: won boolean
-- param: reason varchar(200) optional
-- column: id integer
-- column: stage varchar(12)
-- column: closed_at timestamp
update opportunity
  set stage = case when :won then 'won' else 'lost' end, closed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now'),
      probability = case when :won then 100 else 0 end, lost_reason = case when :won then null else :reason end
  where id = :opportunity_id and stage not in ('won', 'lost')
  returning id, stage, closed_at;

-- name: quote_to_order
-- Places an order with the lines of an open quote; answers the order, or no row where the quote is not open.
-- param: quote_id integer
-- column: order_id integer
-- column: number varchar(20)
insert into sales_order (number, company_id, quote_id, status)
  select 'SO-' || number, company_id, id, 'placed' from quote where id = :quote_id and status = 'open';
insert into sales_order_line (order_id, line_no, sku, quantity, unit_price)
  select o.id, l.line_no, l.sku, l.quantity, l.unit_price
  from sales_order o
  join quote q on q.id = o.quote_id and q.status = 'open'
  join quote_line l on l.quote_id = q.id
  where o.quote_id = :quote_id and o.number = 'SO-' || q.number;
update quote set status = 'ordered' where id = :quote_id and status = 'open';
select o.id as order_id, o.number
from sales_order o
join quote q on q.id = o.quote_id
where q.id = :quote_id and o.number = 'SO-' || q.number;
