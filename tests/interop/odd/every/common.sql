-- What every database has, by names in double quotes.
create table "order item" ("order no" integer not null, "1st line" integer not null, "unit-price" numeric(18, 4) not null, "żółw" varchar(40), "class" varchar(20), "sort$" integer, primary key ("order no", "1st line"));
create table order_item (id integer primary key, note varchar(40) not null);
create table "OrderItem" (id integer primary key, note varchar(40));
create table "1st-table" ("1" integer primary key, "2-b" varchar(40));
create table "the child" ("child id" integer primary key, "1" integer not null, "text" varchar(40), foreign key ("1") references "1st-table" ("1"));
create table "üñï_Ćode" ("ключ" varchar(20) primary key, "значение" varchar(40), "数量" integer);
create table "group" ("key" varchar(10) not null, "order" integer not null, "from" varchar(40), "self" varchar(40), "import" varchar(40), "record" varchar(40), "version" varchar(40), "related" varchar(40), "allOf" varchar(40), primary key ("key", "order"));
create table clash (id integer primary key, "a_b" varchar(9), "a b" varchar(9), "a.b" varchar(9), "ab" varchar(9), "a-b" varchar(9), "_x0020_" varchar(9), "xml id" varchar(9), "-dash" varchar(9));
create table "no key" ("a b" varchar(40), "1" integer);
create view "the view" as select "order no" as "no", "1st line" as "line", "żółw" as "ż", "unit-price" as price from "order item";
