create table keyed_loosely (k text collate nocase primary key, n integer);
insert into keyed_loosely values ('a', 1), ('B', 2), ('c', 3), ('ż', 4), ('Z', 5);
create table null_keys (k text primary key, n);
insert into null_keys values (null, 1), (null, 1), ('a', 2), ('', 3), (1, 4), (null, 5);
create table null_in_keys (a integer, b text collate nocase, primary key (a, b));
insert into null_in_keys values (1, null), (1, null), (1, 'x'), (null, null), (null, 'X'), (null, 'x');
create table untyped_key (k primary key, n integer);
insert into untyped_key values (1, 1), ('1', 2), (1.5, 3), (x'31', 4), (null, 5), (2, 6), ('a', 7), (cast(x'ff' as text), 8), (cast(x'fe00' as text), 9);
create table keyed_by_real (k real primary key);
insert into keyed_by_real values (0.1), (1e300), (3), (-1e-300), (0.30000000000000004), (9e999);
create table keyed_by_moment (k timestamp primary key, at datetime);
insert into keyed_by_moment values ('2024-01-01 10:00:00.123456', '2024-01-01 10:00:00'), ('2024-01-01T10:00:00', '2024-01-01T10:00:00'),
  (1704103200, '2024-01-01 09:00:00'), ('bad', null), ('2024-01-01 10:00:00', '2024-01-01T09:00:00');
create table without_rowid (a text, b integer, c, primary key (b, a)) without rowid;
insert into without_rowid values ('x', 1, null), ('y', 1, 1), ('x', 2, 't');
create table rowids (rowid text, oid text, _rowid_ text);
insert into rowids values ('a', 'b', 'c'), ('a', 'b', 'c'), ('A', 'b', 'c');
create table no_key (a integer, b text collate nocase, c, d real, e numeric);
insert into no_key values (1, 'x', 1, 1, 1), (1, 'X', 1.0, 1.0, 1.0), (1, 'x', '1', 1, '1'), (1, 'x ', x'31', -0.0, 0), (1, 'x', 1, 1, 1),
  (null, null, null, null, null), (null, null, null, null, null), (2, 'y', 9007199254740993, 9007199254740992.0, 9007199254740993);
create virtual table words using fts5 (a, b);
insert into words values ('hello', 'world'), ('hello', 'you');
create view pairs as select one.k, other.k as other_k from untyped_key one, keyed_loosely other;
create view broken as select * from nowhere;
create table forms (d date, ts datetime, t time, code varchar(3), n numeric(4, 1));
insert into forms values ('2024-05-01 00:00:00', '2024-05-01', '10:00', 'abc', 12.5), ('2024-05-01', '2024-05-01 00:00', '10:00:00.0', 'abcd', 0.25),
  ('2024-05-02', '2024-05-01T00:00:00.000', '25:00', 'ąść', 12345);
create virtual table boxes using rtree(id, low, high);
insert into boxes values (1, 0, 2.5), (2, -1, 1);
-- No rowid, though it looks like one: it may be NULL.
create table keyed_downwards (id integer primary key desc, n integer);
insert into keyed_downwards values (1, 1), (null, 2), (null, 3), (2, 4);
