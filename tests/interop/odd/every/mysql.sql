create table "types" ("type id" integer auto_increment primary key, "odd mood" enum('sad', 'so so', 'it''s "fine"', 'Żółć'), "set of" set('x', 'y z', 'Ż'), b bit(5), "by-tes" varbinary(20), at timestamp(6) null, "local" datetime(6), "day" date, "year" year, n decimal(38, 10), f double, "i-8" tinyint unsigned, gen integer as (7) stored);
create function "add up"("a-1" integer, "b c" integer) returns integer deterministic return "a-1" + "b c";
delimiter //
create procedure "swap it"(inout "first one" varchar(40), inout "class" varchar(40), out "n-th" integer)
  begin declare kept varchar(40) default "first one"; set "first one" = "class"; set "class" = kept; set "n-th" = char_length(kept); end//
delimiter ;
create procedure "rows of"(in "how many" integer) select "how many" as "a b", concat('x', "how many") as "class" union all select 0, null;
create function "moods of"("odd mood" enum('sad', 'Żółć')) returns enum('sad', 'Żółć') deterministic return "odd mood";
create procedure "fill it"(in "item id" integer, in "the note" varchar(40)) insert into order_item values ("item id", "the note");
