-- The sample CRM for SQLite: every entity that a CRM integration moves, with keys, checks, views and a year of data.
-- Money is decimal text: SQLite has no exact decimal, and its NUMERIC affinity would turn eighteen digits into a float.

create table branch (
  id integer primary key,
  code text(12) not null unique,
  name text(80) not null,
  kind text(12) not null check (kind in ('branch', 'workshop', 'warehouse')),
  street text(120),
  city text(60) not null,
  postal_code text(12),
  country text(2) not null default 'PL',
  phone text(32),
  active boolean not null default 1
);

create table app_user (
  id integer primary key,
  login text(40) not null unique,
  full_name text(120) not null,
  email text(160) not null unique,
  role text(12) not null check (role in ('seller', 'adviser', 'manager', 'agent')),
  branch_id integer references branch (id),
  active boolean not null default 1,
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

create table company (
  id integer primary key,
  name text(160) not null,
  tax_id text(24) unique,
  status text(10) not null default 'prospect' check (status in ('prospect', 'customer', 'lost')),
  street text(120),
  city text(60),
  postal_code text(12),
  country text(2) not null default 'PL',
  phone text(32),
  website text(200),
  credit_limit decimal_text(18,2),
  erp_number text(32) unique,
  owner_id integer references app_user (id),
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at timestamp
);

create table contact (
  id integer primary key,
  company_id integer references company (id),
  first_name text(60),
  last_name text(80) not null,
  email text(160),
  phone text(32),
  mobile text(32),
  birth_date date,
  status text(10) not null default 'prospect' check (status in ('prospect', 'customer', 'lost')),
  email_opt_in boolean not null default 0,
  email_opt_in_at timestamp,
  phone_opt_in boolean not null default 0,
  phone_opt_in_at timestamp,
  owner_id integer references app_user (id),
  notes text,
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at timestamp
);
create index contact_company on contact (company_id);

create table lead (
  id integer primary key,
  first_name text(60),
  last_name text(80) not null,
  company_name text(160),
  email text(160),
  phone text(32),
  source text(12) not null default 'web' check (source in ('web', 'phone', 'fair', 'referral', 'import')),
  status text(12) not null default 'new' check (status in ('new', 'working', 'converted', 'lost')),
  email_opt_in boolean not null default 0,
  owner_id integer references app_user (id),
  converted_contact_id integer references contact (id),
  converted_at timestamp,
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

create table product (
  sku text(24) primary key,
  name text(120) not null,
  description text,
  unit_price decimal_text(18,4) not null,
  currency text(3) not null default 'EUR' check (currency in ('EUR', 'PLN', 'USD')),
  tax_rate decimal_text(5,2) not null default '23.00',
  weight_kg double,
  active boolean not null default 1,
  picture blob
) without rowid;

create table opportunity (
  id integer primary key,
  name text(160) not null,
  company_id integer not null references company (id),
  contact_id integer references contact (id),
  owner_id integer references app_user (id),
  stage text(12) not null default 'qualify' check (stage in ('qualify', 'offer', 'negotiate', 'won', 'lost')),
  amount decimal_text(18,2),
  probability smallint check (probability between 0 and 100),
  close_date date,
  closed_at timestamp,
  lost_reason text(200),
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

create table quote (
  id integer primary key,
  number text(20) not null unique,
  company_id integer not null references company (id),
  opportunity_id integer references opportunity (id),
  status text(10) not null default 'open' check (status in ('open', 'ordered', 'expired')),
  valid_until date,
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);

create table quote_line (
  quote_id integer not null references quote (id) on delete cascade,
  line_no integer not null,
  sku text(24) not null references product (sku),
  quantity decimal_text(12,3) not null,
  unit_price decimal_text(18,4) not null,
  primary key (quote_id, line_no)
) without rowid;

create table sales_order (
  id integer primary key,
  number text(20) not null unique,
  company_id integer not null references company (id),
  contact_id integer references contact (id),
  seller_id integer references app_user (id),
  branch_id integer references branch (id),
  quote_id integer references quote (id),
  order_date date not null default (date('now')),
  status text(12) not null default 'draft' check (status in ('draft', 'placed', 'sent', 'confirmed', 'refused', 'cancelled')),
  currency text(3) not null default 'EUR' check (currency in ('EUR', 'PLN', 'USD')),
  discount_percent decimal_text(5,2) not null default '0.00',
  note text,
  erp_number text(32),
  erp_error text(500),
  created_at timestamp not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
);
create index sales_order_company on sales_order (company_id);

create table sales_order_line (
  order_id integer not null references sales_order (id) on delete cascade,
  line_no integer not null,
  sku text(24) not null references product (sku),
  description text(200),
  quantity decimal_text(12,3) not null,
  unit_price decimal_text(18,4) not null,
  primary key (order_id, line_no)
) without rowid;

create table unit (
  id integer primary key,
  vin text(17) not null unique check (length(vin) = 17),
  plate text(12),
  make text(40) not null,
  model text(60) not null,
  model_year smallint,
  mileage_km integer check (mileage_km >= 0),
  company_id integer references company (id),
  contact_id integer references contact (id),
  branch_id integer references branch (id)
);

create table sale (
  id integer primary key,
  contact_id integer not null references contact (id),
  unit_id integer references unit (id),
  seller_id integer references app_user (id),
  branch_id integer references branch (id),
  sold_on date not null,
  price decimal_text(18,2) not null,
  currency text(3) not null default 'EUR',
  invoice_number text(32) unique
);

create table service_visit (
  id integer primary key,
  contact_id integer not null references contact (id),
  unit_id integer not null references unit (id),
  workshop_id integer not null references branch (id),
  adviser_id integer references app_user (id),
  opened_at timestamp not null,
  closed_at timestamp,
  mileage_km integer,
  description text,
  total decimal_text(18,2),
  check (closed_at is null or closed_at >= opened_at)
);

create table activity (
  id integer primary key,
  kind text(10) not null check (kind in ('call', 'email', 'visit', 'note')),
  subject text(160) not null,
  body text,
  company_id integer references company (id),
  contact_id integer references contact (id),
  opportunity_id integer references opportunity (id),
  user_id integer references app_user (id),
  happened_at timestamp not null
);

create table event (
  id integer primary key,
  title text(160) not null,
  location text(160),
  starts_at timestamp not null,
  ends_at timestamp not null,
  all_day boolean not null default 0,
  owner_id integer references app_user (id),
  contact_id integer references contact (id),
  check (ends_at >= starts_at)
);

create table task (
  id integer primary key,
  title text(160) not null,
  details text,
  due_on date,
  priority text(8) not null default 'normal' check (priority in ('low', 'normal', 'high')),
  done boolean not null default 0,
  done_at timestamp,
  owner_id integer references app_user (id),
  contact_id integer references contact (id),
  opportunity_id integer references opportunity (id)
);

create table disposition (
  code text(16) primary key,
  label text(80) not null,
  closes_call boolean not null default 1
) without rowid;

create table call_disposition (
  id integer primary key,
  contact_id integer references contact (id),
  lead_id integer references lead (id),
  agent_id integer references app_user (id),
  code text(16) not null references disposition (code),
  called_at timestamp not null,
  duration_s integer check (duration_s >= 0),
  remark text,
  check (contact_id is not null or lead_id is not null)
);

create view open_opportunity as
  select o.id, o.name, c.name as company_name, o.stage, o.amount, o.close_date, u.full_name as owner_name
  from opportunity o
  join company c on c.id = o.company_id
  left join app_user u on u.id = o.owner_id
  where o.stage not in ('won', 'lost');

-- Totals are counted in whole hundred-millionths of a cent, so that no float rounds them; half a cent rounds up.
create view order_total as
  select order_id, number, company_id, currency, line_count, printf('%d.%02d', cents / 100, cents % 100) as total
  from (
    select o.id as order_id, o.number, o.company_id, o.currency, count(l.line_no) as line_count,
           (coalesce(sum(cast(round(l.quantity * 1000) as integer) * cast(round(l.unit_price * 10000) as integer)), 0)
             * (10000 - cast(round(o.discount_percent * 100) as integer)) + 500000000) / 1000000000 as cents
    from sales_order o
    left join sales_order_line l on l.order_id = o.id
    group by o.id
  );

create view mailing_consent as
  select id as contact_id, first_name, last_name, email, email_opt_in_at
  from contact
  where email_opt_in and email is not null;

insert into branch (id, code, name, kind, street, city, postal_code, country, phone) values
  (1, 'WAW', 'Warszawa Centrum', 'branch', 'ul. Prosta 18', 'Warszawa', '00-850', 'PL', '+48 22 555 01 00'),
  (2, 'KRK', 'Kraków Wieliczka', 'branch', 'ul. Wielicka 250', 'Kraków', '30-663', 'PL', '+48 12 555 02 00'),
  (3, 'GDN', 'Gdańsk Port', 'branch', 'ul. Długa 7', 'Gdańsk', '80-827', 'PL', null),
  (4, 'WAW-S', 'Serwis Ursus', 'workshop', 'ul. Traktorzystów 3', 'Warszawa', '02-495', 'PL', '+48 22 555 01 77'),
  (5, 'KRK-S', 'Serwis Łagiewniki', 'workshop', 'ul. Zakopiańska 56', 'Kraków', '30-418', 'PL', '+48 12 555 02 77'),
  (6, 'LDZ-M', 'Magazyn Łódź', 'warehouse', 'ul. Żeromskiego 100', 'Łódź', '90-550', 'PL', null);

insert into app_user (id, login, full_name, email, role, branch_id, active, created_at) values
  (1, 'anna.nowak', 'Anna Nowak', 'anna.nowak@crm.example', 'manager', 1, 1, '2025-01-07T08:00:00Z'),
  (2, 'jan.kowalski', 'Jan Kowalski', 'jan.kowalski@crm.example', 'seller', 1, 1, '2025-01-07T08:05:00Z'),
  (3, 'zofia.wojcik', 'Zofia Wójcik', 'zofia.wojcik@crm.example', 'seller', 2, 1, '2025-01-09T09:00:00Z'),
  (4, 'piotr.kaminski', 'Piotr Kamiński', 'piotr.kaminski@crm.example', 'seller', 3, 1, '2025-02-03T09:30:00Z'),
  (5, 'ewa.zielinska', 'Ewa Zielińska', 'ewa.zielinska@crm.example', 'adviser', 4, 1, '2025-02-03T10:00:00Z'),
  (6, 'tomasz.szymanski', 'Tomasz Szymański', 'tomasz.szymanski@crm.example', 'adviser', 5, 1, '2025-03-10T07:45:00Z'),
  (7, 'marta.dabrowska', 'Marta Dąbrowska', 'marta.dabrowska@crm.example', 'agent', 1, 1, '2025-03-11T07:45:00Z'),
  (8, 'adam.lis', 'Adam Lis', 'adam.lis@crm.example', 'agent', null, 0, '2025-03-12T07:45:00Z');

insert into disposition (code, label, closes_call) values
  ('SALE', 'Sale agreed', 1), ('CALLBACK', 'Call back later', 0), ('NOANSWER', 'No answer', 0),
  ('REFUSED', 'Not interested', 1), ('WRONG', 'Wrong number', 1), ('OPTOUT', 'Do not call again', 1);

insert into product (sku, name, description, unit_price, currency, tax_rate, weight_kg) values
  ('BOLT-M8', 'Hex bolt M8 × 40', 'Zinc plated, box of 100', '12.4000', 'EUR', '23.00', 1.8),
  ('BOLT-M10', 'Hex bolt M10 × 60', 'Zinc plated, box of 100', '19.9500', 'EUR', '23.00', 3.1),
  ('BRG-6204', 'Ball bearing 6204-2RS', 'Sealed, 20 × 47 × 14 mm', '4.3750', 'EUR', '23.00', 0.106),
  ('BRG-6305', 'Ball bearing 6305-2RS', 'Sealed, 25 × 62 × 17 mm', '7.1200', 'EUR', '23.00', 0.232),
  ('PMP-150', 'Circulation pump 150', '230 V, 45 W', '189.0000', 'EUR', '23.00', 2.6),
  ('PMP-400', 'Circulation pump 400', '400 V, 1.1 kW', '749.9900', 'EUR', '23.00', 14.2),
  ('VLV-15', 'Ball valve DN15', 'Brass, lever', '8.9900', 'EUR', '23.00', 0.21),
  ('VLV-25', 'Ball valve DN25', 'Brass, lever', '17.4900', 'EUR', '23.00', 0.48),
  ('OIL-5W30', 'Engine oil 5W-30', 'Synthetic, 5 l', '38.5000', 'EUR', '23.00', 4.4),
  ('FLT-OIL', 'Oil filter', null, '6.7000', 'EUR', '23.00', 0.35),
  ('FLT-AIR', 'Air filter', null, '11.2500', 'EUR', '23.00', 0.4),
  ('SRV-HOUR', 'Workshop hour', 'One hour of a mechanic', '65.0000', 'EUR', '8.00', null),
  ('BOOK-REP', 'Repair manual', 'Printed, A4', '29.9000', 'PLN', '5.00', 0.9),
  ('OLD-001', 'Carburettor kit', 'No longer sold', '99.0000', 'EUR', '23.00', 0.75);
update product set active = 0 where sku = 'OLD-001';
update product set picture = x'89504e470d0a1a0a' where sku = 'BRG-6204';

-- The rest is made from short lists by counting, so that a year of records fits on a page and is the same on every machine.
create temporary table part (n integer primary key, first_name text, last_name text, firm text, city text);
insert into part values
  (0, 'Agnieszka', 'Wiśniewska', 'Stalmet', 'Warszawa'), (1, 'Bartosz', 'Żak', 'Młyny Łódzkie', 'Łódź'),
  (2, 'Celina', 'Mazur', 'Hydro & Synowie', 'Kraków'), (3, 'Dariusz', 'Krawczyk', 'Auto-Części "Orzeł"', 'Poznań'),
  (4, 'Elżbieta', 'Piątek', 'Chłodnie <Bałtyk>', 'Gdańsk'), (5, 'François', 'Lefèvre', 'Béton Frères', 'Lille'),
  (6, 'Grażyna', 'Ćwik', 'Drewno Jaśło', 'Jasło'), (7, 'Hans', 'Müller', 'Großhandel Süd', 'München'),
  (8, 'Irena', 'Śliwa', 'Piekarnia Źródło', 'Wrocław'), (9, 'José', 'Núñez', 'Aceites del Sur', 'Sevilla'),
  (10, 'Kinga', 'Łukasik', 'Transport Łukasik', 'Lublin');
create temporary table counter (n integer primary key);
insert into counter with recursive c (n) as (select 0 union all select n + 1 from c where n < 399) select n from c;

insert into company (id, name, tax_id, status, street, city, postal_code, country, phone, credit_limit, erp_number, owner_id, created_at)
  select c.n + 1, p.firm || case when c.n < 11 then '' else ' ' || (c.n / 11 + 1) end, printf('PL%010d', 5210000000 + c.n * 7919),
         case c.n % 4 when 0 then 'prospect' when 3 then 'lost' else 'customer' end, 'ul. Fabryczna ' || (c.n + 1), p.city,
         printf('%02d-%03d', 10 + c.n, (c.n * 37) % 1000), case p.n when 5 then 'FR' when 7 then 'DE' when 9 then 'ES' else 'PL' end,
         '+48 500 ' || printf('%03d %03d', c.n * 13 % 1000, c.n * 29 % 1000),
         case when c.n % 3 = 0 then null else printf('%d.00', 5000 + c.n * 250) end,
         case when c.n % 4 in (1, 2) then printf('K-%05d', 100 + c.n) end, 2 + c.n % 3,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2025-01-15 09:00:00', '+' || (c.n * 5) || ' days')
  from counter c join part p on p.n = c.n % 11 where c.n < 44;

insert into contact (id, company_id, first_name, last_name, email, phone, mobile, birth_date, status, email_opt_in, email_opt_in_at,
                     phone_opt_in, owner_id, notes, created_at)
  select c.n + 1, case when c.n % 6 = 5 then null else c.n % 44 + 1 end, p.first_name, q.last_name,
         'contact' || (c.n + 1) || '@example.com', null, '+48 600 ' || printf('%03d %03d', c.n * 17 % 1000, c.n * 31 % 1000),
         case when c.n % 3 = 0 then date('1960-02-29', '+' || (c.n * 97) || ' days') end,
         case c.n % 3 when 0 then 'prospect' else 'customer' end, c.n % 2,
         case when c.n % 2 then strftime('%Y-%m-%dT%H:%M:%SZ', '2025-05-01 12:00:00', '+' || c.n || ' hours') end, c.n % 5 = 0, 2 + c.n % 3,
         case c.n % 20 when 0 then 'Prefers e-mail < phone & "no" calls ]]> after 17:00' when 1 then 'Likes trains 🚂' when 2 then '' end,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2025-02-01 08:00:00', '+' || (c.n * 31) || ' hours')
  from counter c join part p on p.n = c.n % 11 join part q on q.n = c.n * 7 / 3 % 11 where c.n < 132;

insert into lead (id, first_name, last_name, company_name, email, phone, source, status, email_opt_in, owner_id, created_at)
  select c.n + 1, p.first_name, q.last_name, q.firm, 'lead' || (c.n + 1) || '@example.org', null,
         case c.n % 5 when 0 then 'web' when 1 then 'phone' when 2 then 'fair' when 3 then 'referral' else 'import' end,
         case c.n % 4 when 0 then 'new' when 3 then 'lost' else 'working' end, c.n % 2, 2 + c.n % 3,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-10 10:00:00', '+' || (c.n * 3) || ' days')
  from counter c join part p on p.n = c.n * 3 % 11 join part q on q.n = c.n * 5 % 11 where c.n < 66;

insert into opportunity (id, name, company_id, contact_id, owner_id, stage, amount, probability, close_date, closed_at, created_at)
  select c.n + 1, p.firm || ': ' || case c.n % 3 when 0 then 'pumps' when 1 then 'service contract' else 'spare parts' end, c.n % 44 + 1,
         c.n % 44 + 1, 2 + c.n % 3, case c.n % 5 when 0 then 'qualify' when 1 then 'offer' when 2 then 'negotiate' when 3 then 'won' else 'lost' end,
         printf('%d.%02d', 1200 + c.n * 331, c.n * 7 % 100), c.n * 10 % 101, date('2026-01-31', '+' || (c.n * 4) || ' days'),
         case when c.n % 5 > 2 then strftime('%Y-%m-%dT%H:%M:%SZ', '2026-02-01 15:30:00', '+' || (c.n * 4) || ' days') end,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2025-11-01 08:30:00', '+' || (c.n * 2) || ' days')
  from counter c join part p on p.n = c.n % 11 where c.n < 80;

insert into quote (id, number, company_id, opportunity_id, status, valid_until, created_at)
  select c.n + 1, printf('Q-2026-%05d', c.n + 1), c.n % 44 + 1, c.n + 1, case c.n % 3 when 0 then 'open' when 1 then 'ordered' else 'expired' end,
         date('2026-03-01', '+' || (c.n * 5) || ' days'), strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-20 11:00:00', '+' || (c.n * 5) || ' days')
  from counter c where c.n < 40;

create temporary table sku (n integer primary key, sku text, unit_price text);
insert into sku select row_number() over (order by sku) - 1, sku, unit_price from product where active;

insert into quote_line (quote_id, line_no, sku, quantity, unit_price)
  select q.n + 1, l.n + 1, s.sku, printf('%d.000', 1 + (q.n + l.n) % 9), s.unit_price
  from counter q join counter l on l.n <= q.n % 3 join sku s on s.n = (q.n * 5 + l.n) % 13 where q.n < 40;

insert into sales_order (id, number, company_id, contact_id, seller_id, branch_id, order_date, status, currency, discount_percent, note, erp_number, created_at)
  select c.n + 1, printf('SO-2026-%05d', c.n + 1), c.n % 44 + 1, c.n % 44 + 1, 2 + c.n % 3, 1 + c.n % 3, date('2026-01-05', '+' || c.n || ' days'),
         case when c.n % 10 = 0 then 'draft' when c.n % 10 = 9 then 'cancelled' else 'confirmed' end, case c.n % 7 when 6 then 'PLN' else 'EUR' end,
         case c.n % 4 when 3 then '5.00' else '0.00' end, case c.n % 6 when 0 then 'Deliver before noon; ring “Łukasz”' end,
         case when c.n % 10 between 1 and 8 then printf('ERP-%06d', 4000 + c.n) end,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-05 07:15:00', '+' || (c.n * 25) || ' hours')
  from counter c where c.n < 160;

insert into sales_order_line (order_id, line_no, sku, description, quantity, unit_price)
  select o.n + 1, l.n + 1, s.sku, null, printf('%d.%03d', 1 + (o.n * 3 + l.n) % 12, case when (o.n + l.n) % 8 = 0 then 500 else 0 end), s.unit_price
  from counter o join counter l on l.n <= o.n % 4 join sku s on s.n = (o.n * 3 + l.n * 5) % 13 where o.n < 160;

insert into unit (id, vin, plate, make, model, model_year, mileage_km, company_id, contact_id, branch_id)
  select c.n + 1, printf('WVWZZZ1KZ%08d', 10000000 + c.n * 9973), 'W' || char(65 + c.n % 26) || ' ' || printf('%05d', c.n * 271 % 100000),
         case c.n % 3 when 0 then 'Škoda' when 1 then 'Volkswagen' else 'Citroën' end,
         case c.n % 3 when 0 then 'Octavia' when 1 then 'Golf' else 'Berlingo' end, 2015 + c.n % 11, c.n * 1931 % 240000,
         case when c.n % 2 then c.n % 44 + 1 end, c.n + 1, 1 + c.n % 3
  from counter c where c.n < 90;

insert into sale (id, contact_id, unit_id, seller_id, branch_id, sold_on, price, currency, invoice_number)
  select c.n + 1, c.n + 1, c.n + 1, case when c.n % 9 then 2 + c.n % 3 end, 1 + c.n % 3, date('2025-03-01', '+' || (c.n * 6) || ' days'),
         printf('%d.%02d', 8900 + c.n * 417, c.n * 11 % 100), 'EUR', printf('FV/%05d/25', c.n + 1)
  from counter c where c.n < 90;

insert into service_visit (id, contact_id, unit_id, workshop_id, adviser_id, opened_at, closed_at, mileage_km, description, total)
  select c.n + 1, c.n % 90 + 1, c.n % 90 + 1, 4 + c.n % 2, 5 + c.n % 2, strftime('%Y-%m-%dT%H:%M:%SZ', '2025-06-02 07:30:00', '+' || (c.n * 53) || ' hours'),
         case when c.n % 11 then strftime('%Y-%m-%dT%H:%M:%SZ', '2025-06-02 14:45:00', '+' || (c.n * 53) || ' hours') end, 1000 + c.n * 977 % 200000,
         case c.n % 3 when 0 then 'Oil and filters' when 1 then 'Brakes, front' else 'Annual inspection' end,
         case when c.n % 11 then printf('%d.%02d', 90 + c.n * 13 % 900, c.n * 3 % 100) end
  from counter c where c.n < 120;

insert into activity (id, kind, subject, body, company_id, contact_id, opportunity_id, user_id, happened_at)
  select c.n + 1, case c.n % 4 when 0 then 'call' when 1 then 'email' when 2 then 'visit' else 'note' end,
         case c.n % 3 when 0 then 'First talk' when 1 then 'Offer discussed' else 'Follow-up' end, null, c.n % 44 + 1, c.n % 132 + 1,
         case when c.n % 2 then c.n % 80 + 1 end, 2 + c.n % 6, strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-02 09:10:00', '+' || (c.n * 19) || ' hours')
  from counter c where c.n < 240;

insert into event (id, title, location, starts_at, ends_at, all_day, owner_id, contact_id)
  select c.n + 1, case c.n % 2 when 0 then 'Visit at the customer' else 'Demonstration' end, case c.n % 3 when 0 then null else 'Warszawa' end,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2026-02-02 10:00:00', '+' || (c.n * 2) || ' days'),
         strftime('%Y-%m-%dT%H:%M:%SZ', '2026-02-02 11:30:00', '+' || (c.n * 2) || ' days'), c.n % 10 = 0, 1 + c.n % 7, c.n % 132 + 1
  from counter c where c.n < 60;

insert into task (id, title, details, due_on, priority, done, done_at, owner_id, contact_id, opportunity_id)
  select c.n + 1, case c.n % 3 when 0 then 'Send the offer' when 1 then 'Call back' else 'Check the delivery' end, null,
         date('2026-02-01', '+' || c.n || ' days'), case c.n % 3 when 0 then 'low' when 1 then 'normal' else 'high' end, c.n % 2,
         case when c.n % 2 then strftime('%Y-%m-%dT%H:%M:%SZ', '2026-02-01 16:00:00', '+' || c.n || ' days') end, 1 + c.n % 7, c.n % 132 + 1,
         case when c.n % 4 = 0 then c.n % 80 + 1 end
  from counter c where c.n < 90;

insert into call_disposition (id, contact_id, lead_id, agent_id, code, called_at, duration_s, remark)
  select c.n + 1, case when c.n % 3 then c.n % 132 + 1 end, case when c.n % 3 = 0 then c.n % 66 + 1 end, 7,
         case c.n % 6 when 0 then 'SALE' when 1 then 'CALLBACK' when 2 then 'NOANSWER' when 3 then 'REFUSED' when 4 then 'WRONG' else 'NOANSWER' end,
         strftime('%Y-%m-%dT%H:%M:%SZ', '2026-03-02 08:00:00', '+' || (c.n * 47) || ' minutes'), c.n * 7 % 600, null
  from counter c where c.n < 300;

drop table sku;
drop table counter;
drop table part;
