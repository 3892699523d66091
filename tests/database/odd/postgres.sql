create extension if not exists citext;
create type mood as enum ('z', 'a', '', 'b,c');
create domain short as text check (length(value) < 10);
create domain shorter as short check (value <> 'x');
create collation if not exists loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table keyed_by_mood (k mood primary key, n integer);
insert into keyed_by_mood values ('a', 1), ('z', 2), ('', 3), ('b,c', 4);
create table keyed_by_citext (k citext primary key, n numeric);
insert into keyed_by_citext values ('alpha', 1.0), ('Beta', 1.00), ('gamma', 'NaN'), ('ALPHA2', 'Infinity'), ('ß', null), ('', -1);
create table loosely_keyed (k text collate loose primary key, n integer);
insert into loosely_keyed values ('a', 1), ('B', 2), ('é', 3), ('c ', 4);
create table no_key (a integer, b citext, c numeric, d double precision, e json, f interval, g shorter, h text collate loose, i point);
insert into no_key values
  (1, 'x', 1.0, 0.1, '{"a":1}', '1 mon', 'q', 'a', '(1,2)'), (1, 'X', 1.00, 0.1, '{"a": 1}', '30 days', 'q', 'A', '(1,2)'),
  (1, 'x', 1.0, 0.1, '{"a":1}', '1 mon', 'q', 'a', '(1,2)'), (1, 'x', 1.0, '-0', null, null, null, null, null),
  (1, 'x', 1.0, 0, null, null, null, null, null), (null, null, null, null, null, null, null, null, null),
  (null, null, null, null, null, null, null, null, null), (2, 'y', 'NaN', 'NaN', '[]', '0', '', '', null);
create table keyed_by_many (day date, "the code" text, at timestamptz(6), part numeric(30, 10), u uuid, by bytea,
  primary key (day, "the code", at, part, u, by));
insert into keyed_by_many select date '2024-01-01' + n % 2, case n % 3 when 0 then 'a' when 1 then 'A' else '' end,
  '2024-01-01Z'::timestamptz + n % 5 * interval '1 microsecond', n / 3.0, md5((n % 2)::text)::uuid, decode(lpad(to_hex(n), 2, '0'), 'hex')
  from generate_series(0, 20) n;
create table zero ();
insert into zero default values;
create table ancestor (id integer primary key, n text);
create table heir (extra integer) inherits (ancestor);
insert into ancestor values (1, 'a');
insert into heir values (2, 'b', 3), (1, 'a', 3), (1, 'b', 4), (1, 'a', 5);
create view pairs as select one.id, other.id as other_id from ancestor one, ancestor other;
create materialized view kept as select * from no_key;
