-- The part of the sample CRM that the tests of the gateway need, for MySQL and MariaDB: the same people and companies.
create table app_user (
  id integer auto_increment primary key,
  login varchar(40) not null unique,
  full_name varchar(120) not null
);
create table company (
  id integer auto_increment primary key,
  name varchar(160) not null,
  tax_id varchar(24) unique,
  status varchar(10) not null default 'prospect' check (status in ('prospect', 'customer', 'lost')),
  street varchar(120),
  city varchar(60),
  postal_code varchar(12),
  country char(2) not null default 'PL',
  phone varchar(32),
  website varchar(200),
  credit_limit decimal(18,2),
  erp_number varchar(32) unique,
  owner_id integer,
  created_at timestamp not null default current_timestamp,
  updated_at timestamp null,
  foreign key (owner_id) references app_user (id)
);
create table contact (
  id integer auto_increment primary key,
  company_id integer,
  first_name varchar(60),
  last_name varchar(80) not null,
  email varchar(160),
  phone varchar(32),
  birth_date date,
  notes text,
  foreign key (company_id) references company (id)
);
insert into app_user (id, login, full_name) values
  (1, 'anna.nowak', 'Anna Nowak'), (2, 'jan.kowalski', 'Jan Kowalski'), (3, 'zofia.wojcik', 'Zofia Wójcik'), (4, 'piotr.kaminski', 'Piotr Kamiński');
create temporary table part (n integer primary key, firm varchar(60), city varchar(60), country char(2));
insert into part values
  (0, 'Stalmet', 'Warszawa', 'PL'), (1, 'Młyny Łódzkie', 'Łódź', 'PL'), (2, 'Hydro & Synowie', 'Kraków', 'PL'),
  (3, 'Auto-Części "Orzeł"', 'Poznań', 'PL'), (4, 'Chłodnie <Bałtyk>', 'Gdańsk', 'PL'), (5, 'Béton Frères', 'Lille', 'FR'),
  (6, 'Drewno Jaśło', 'Jasło', 'PL'), (7, 'Großhandel Süd', 'München', 'DE'), (8, 'Piekarnia Źródło', 'Wrocław', 'PL'),
  (9, 'Aceites del Sur', 'Sevilla', 'ES'), (10, 'Transport Łukasik', 'Lublin', 'PL');
insert into company (id, name, tax_id, status, street, city, postal_code, country, phone, credit_limit, erp_number, owner_id, created_at)
  with recursive c (n) as (select 0 union all select n + 1 from c where n < 43)
  select c.n + 1, concat(p.firm, if(c.n < 11, '', concat(' ', c.n div 11 + 1))), concat('PL', 5210000000 + c.n * 7919),
         elt(c.n % 4 + 1, 'prospect', 'customer', 'customer', 'lost'), concat('ul. Fabryczna ', c.n + 1), p.city,
         concat(lpad(10 + c.n, 2, '0'), '-', lpad(c.n * 37 % 1000, 3, '0')), p.country,
         concat('+48 500 ', lpad(c.n * 13 % 1000, 3, '0'), ' ', lpad(c.n * 29 % 1000, 3, '0')),
         if(c.n % 3 <> 0, 5000 + c.n * 250, null), if(c.n % 4 in (1, 2), concat('K-', lpad(100 + c.n, 5, '0')), null), 2 + c.n % 3,
         timestamp '2025-01-15 09:00:00' + interval c.n * 5 day
  from c join part p on p.n = c.n % 11;
insert into contact (id, company_id, first_name, last_name) values (1, 1, 'Agnieszka', 'Wiśniewska'), (2, 2, 'Bartosz', 'Żak');
create function customer_balance(company_id integer) returns decimal(18,2) comment 'What a company owes.' deterministic reads sql data
  return (select coalesce(max(credit_limit), 0) from company where id = company_id);
