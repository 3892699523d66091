create table "types" ("type id" integer primary key, "odd mood" varchar(20) check ("odd mood" in ('sad', 'Żółć')), b boolean, "by-tes" blob, "local" timestamp, "day" date, n decimal(15, 4), f double, gen integer generated always as (7) stored);
create trigger "view made" instead of insert on "the view" begin insert into "order item" ("order no", "1st line", "żółw", "unit-price") values (new."no", new."line", new."ż", new.price); end;
create trigger "view changed" instead of update on "the view" begin update "order item" set "żółw" = new."ż", "unit-price" = new.price where "order no" = old."no" and "1st line" = old."line"; end;
create trigger "view gone" instead of delete on "the view" begin delete from "order item" where "order no" = old."no" and "1st line" = old."line"; end;
