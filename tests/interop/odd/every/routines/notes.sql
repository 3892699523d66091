-- name: keep-note
-- Keeps a note and shows what is kept from there.
-- param: item_id integer
-- param: class varchar(40) optional
-- column: id integer
-- column: note varchar(40)
insert into order_item (id, note) values (:item_id, coalesce(:class, 'none'));
select id, note from order_item where id >= :item_id order by id;
