create schema sales;
create schema "1 odd-schema";
create type mood as enum ('sad', 'so so', '', 'it''s "fine"', 'Żółć', 'class', '1st', 'A_B', 'a b', 'ab', 'null');
create type sales.mood as enum ('good', '');
create type empty_mood as enum ();
create domain positive as integer check (value > 0);
create domain "Odd Domain" as varchar(5);
create domain sales.positive as numeric(18,4) check (value > 0);
create type point3 as (x integer, "a label" text, at timestamptz);
create type sales.point3 as (y integer);
create type nested as (p point3, tags text[], moods mood[]);

create table "order" (id integer primary key, "class" text, "select" text, "public" integer, "null" boolean, "return" text, "self" text, "import" text, "def" text, "new" text, "delete" text, "operator" text);
comment on table "order" is 'Orders & <things> -- "quoted" */ {@code} ]]> with 😀 and
two lines';
create table "Order" (id integer primary key, note text);
create table "ORDER DETAILS" ("Order ID" integer references "order", "1st line" integer, "Unit-Price" numeric(18, 4) not null, "żółw" text, "数量" integer, "price$" text, "a.b" text, "a:b" text, "_x0020_" text, "xml" text, "XmlThing" text, "-dash" text, "🙂" text, "a_b" text, "A_B" text, "a b" text, "ab" text, primary key ("Order ID", "1st line"));
create table "1st table" ("1" integer primary key, "2" text);
create table "by code" ("CLASS" varchar(10) primary key, "class" text, "Class" text);
create table "us-states" (code char(2) primary key, "class" text);
create table "üñï_Ćode" ("ключ" bigint primary key, "значение" text, "ß" text);
create table problem (id integer primary key, code text, message text, version text, related text, record text, misfit text, "allOf" text, expand text, filter text, value text, "any" text, item text);
create table "object" (id integer primary key, "equals" text, "hashCode" integer, "toString" text, "getClass" text, "clone" text, "notify" text, "wait" text, "finalize" text, "class_" text, "Class" text);
create table "string" (id integer primary key, "string" text);
create table "date" (id integer primary key, "date" date, "time" time, "datetime" timestamp, "timestamp" timestamptz, "interval" interval, "double" double precision, "float" real, "int" integer, "boolean" boolean);
create table "query_order" (id integer primary key);
create table "get_order" (id integer primary key);
create table "order_key" (id integer primary key);
create table order_response (id integer primary key);
create table "list" (id serial primary key, "list" text[], "array" integer[]);
create table "__" (id integer primary key, "__" text, "_" text, "_1" text, "1_" text);
create table "a" ("a" integer primary key);
create table "A_" ("A" integer primary key, "a" integer);
create table types (
  id bigint generated always as identity primary key, b boolean default true, i2 smallint, n numeric, n2 numeric(38,10), f4 real, f8 double precision, m money,
  c char(5), vc varchar(10), nm name, ch "char", d date, tm time, tmz timetz, ts timestamp, tsz timestamptz, iv interval,
  u uuid default gen_random_uuid(), by bytea, js json, jb jsonb, x xml, bi bit(5), vb bit varying(8),
  e mood, se sales.mood, ee empty_mood, dom positive, sdom sales.positive, od "Odd Domain", comp point3, scomp sales.point3, nest nested,
  ai integer[], at text[], ae mood[], adom positive[], acomp point3[], aan numeric(6,2)[], aby bytea[],
  r int4range, mr int4multirange, ip inet, pt point, tsv tsvector, gen integer generated always as (2 * 3) stored);
create table measure (at date not null, place text not null, value numeric, primary key (at, place)) partition by range (at);
create table measure_2023 partition of measure for values from ('2023-01-01') to ('2024-01-01');
create table measure_2024 partition of measure for values from ('2024-01-01') to ('2025-01-01');
create table measure_rest partition of measure default;
create table no_key (a text, b integer);
create view "Order View" as select id, "class" from "order";
create materialized view kept as select count(*) as "how many?" from "order";
create table sales."order" (id integer primary key, mood sales.mood, at sales.point3);
create table sales.customer (id integer primary key, name text, "order" integer references sales."order", own integer references "order");
create table sales.sales (id integer primary key, status mood);
create table "1 odd-schema"."order" (id integer primary key, x text);
create table "1 odd-schema"."only here" (id integer primary key, "order" integer references "order");
create function add(a integer, b integer default 2) returns integer language sql as 'select a + b';
create function add(a text, b text) returns text language sql as 'select a || b';
create function "odd routine"("first arg" text, inout "both ways" integer, out "out-1" text, variadic "rest" integer[]) language sql
  as $$ select "both ways" + cardinality("rest"), "first arg" || '!' $$;
create function nameless(integer, text) returns text language sql as 'select $1 || $2';
create function "return"("return" text) returns text language sql as $$ select "return" $$;
create function rows_of(n integer) returns setof integer language sql as 'select generate_series(1, n)';
create function table_of(n integer) returns table ("a b" integer, "class" text, mood mood) language sql as $$ select g, 'x', 'sad'::mood from generate_series(1, n) g $$;
create function record_of() returns record language sql as $$ select 1 as a, 'x'::text as b $$;
create function orders() returns setof "order" language sql as 'select * from "order"';
create function moods(m mood[], p point3) returns mood[] language sql as 'select m';
create function ranges(out r int4range, out mr int4multirange, out mrs int4multirange[]) language sql as $$ select int4range(1, 5), '{[1,3),[5,7)}'::int4multirange, array['{[1,2)}'::int4multirange] $$;
create function nothing() returns void language sql as '';
create function sales.add(a sales.positive) returns sales.positive language sql as 'select a';
create procedure "do it"(in "What?" text, inout n integer) language plpgsql as $$ begin n := n + length("What?"); insert into no_key values ("What?", n); end $$;
create procedure fails(message text) language plpgsql as $$ begin raise exception '%', message using errcode = 'P0001'; end $$;
insert into "order" values (1, 'c', 's', 2, true, '', 'a & <b> ]]> "c" 😀 zażółć', null, 'd', 'n', 'x', 'o'), (2, null, null, null, null, null, null, null, null, null, null, null);
insert into "ORDER DETAILS" values (1, 1, 12345678901234.5678, 'ż', 1, '$', 'dot', 'colon', 'esc', 'x', 'X', '-', '🙂', 'a_b', 'A_B', 'a b', 'ab');
insert into "üñï_Ćode" values (9223372036854775807, 'да', 'ss');
insert into problem values (1, 'c', 'm', 'v', 'r', 'rec', 'mis', 'all', 'exp', 'f', 'val', 'any', 'item');
insert into "object" values (1, 'e', 2, 't', 'g', 'c', 'n', 'w', 'f', 'c_', 'C');
insert into types (e, se, ai, at, ae, comp, nest, r, mr, acomp, by) values ('', 'good', '{1,null,3}', '{"",x}', array['', 'sad']::mood[], row(1, 'l', '2024-01-01Z'), row(row(1, null, null), array['x'], array['']::mood[]), '[1,5)', '{[1,3),[5,7)}', array[row(1, 'a', null)::point3, null], '\x00ff');
insert into measure values ('2023-05-05', 'a', 1), ('2024-05-05', 'b', 2), ('2030-01-01', 'c', 'NaN');
insert into sales."order" values (1, '', row(1));
insert into sales.customer values (1, 'x', 1, 1);
insert into "1 odd-schema"."order" values (1, 'x');
insert into "1 odd-schema"."only here" values (1, 1);
insert into "1st table" values (1, 'two');
insert into "__" values (1, 'a', 'b', 'c', 'd');
insert into "A_" values (1, 2);
insert into "list"("list", "array") values ('{a,NULL,""}', '{1,2}');
insert into no_key values ('a', 1), ('a', 1), (null, null);
refresh materialized view kept;
