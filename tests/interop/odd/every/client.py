"""Drives every operation of a database of odd names with zeep and compares what is answered with what was written: argument 1 is the
gateway's address, 2 the database (postgres, mysql or sqlite)."""
import datetime
import sys
from decimal import Decimal

import zeep
from zeep.exceptions import Fault

base, database = sys.argv[1:]
client = zeep.Client(base + "/soap/crm?wsdl")
(port,) = next(iter(client.wsdl.services.values())).ports.values()
operations = set(port.binding._operations)
driven = set()
checks = 0


def call(operation, **arguments):
    driven.add(operation)
    return client.service[operation](**arguments)


def check(what, got, expected):
    global checks
    if got != expected:
        sys.exit(f"{database}, {what}: got {got!r}, expected {expected!r}")
    checks += 1


def refused(what, code, operation, **arguments):
    try:
        answer = call(operation, **arguments)
    except Fault as fault:
        codes = [element.text for element in fault.detail[0].iter() if element.tag.endswith("}code")]
        check(what, codes, [code])
    else:
        sys.exit(f"{database}, {what}: was answered {answer!r}")


def plain(value):
    """A value as it is written in this file: what is nil or absent is left out of records. zeep reads nil lists and records as empty ones."""
    values = getattr(value, "__values__", None)
    if values is None:
        return [plain(item) for item in value] if isinstance(value, list) else value
    if list(values) == ["item"]:
        return [plain(item) for item in values["item"]]
    fields = {name: plain(one) for name, one in values.items() if name not in ("version", "related", "misfit")}
    return {name: one for name, one in fields.items() if one not in (None, [])} or None


def sent(value):
    """A list as zeep sends it."""
    if isinstance(value, list):
        return {"item": [zeep.xsd.Nil if item is None else sent(item) for item in value]}
    if isinstance(value, dict):
        return {name: sent(item) for name, item in value.items()}
    return value


def each(record):
    """A filter for each field that has a value to compare with."""
    return [(name, value) for name, value in record.items() if not isinstance(value, (list, dict, float))]


def query(table, **arguments):
    page = call("Query" + table, **arguments)
    return [plain(record) for record in page.record], page.nextCursor


def key_of(key, record):
    return {name: record[name] for name in key}


def drive(table, key, one, two, change, made=()):
    """Writes, reads, changes and deletes two records of a table or view; the fields in `made` are made by the database."""
    before = call("Count" + table)
    (result,) = call("Create" + table, record=[sent(one)])
    check(table + " created", result.status, "created")
    one = {**plain(result.key), **one, **dict(made)}
    check(table + " key", plain(result.key), key_of(key, one))
    got = call("Get" + table, **key_of(key, one))
    check(table + " as written", plain(got), one)
    check(table + " version", got.version, result.key.version)

    # one that is there and one that is not: the second alone is written
    results = call("Create" + table, record=[sent(one), sent(two)], mode="perRecord")
    check(table + " each", [result.status for result in results], ["failed", "created"])
    check(table + " problem", results[0].problem.code, "Duplicate")
    two = {**plain(results[1].key), **two, **dict(made)}
    check(table + " second", plain(call("Get" + table, **key_of(key, two))), two)
    check(table + " count", call("Count" + table), before + 2)

    for name, value in each(one):
        found, _ = query(table, filter={name: {"eq": value}})
        check(f"{table} by {name}", one in found and all(record[name] == value for record in found), True)
        check(f"{table} count by {name}", call("Count" + table, filter={name: {"eq": value}}), len(found))
        others, _ = query(table, filter={"noneOf": [{name: {"eq": value}}], "allOf": [{name: {"isNull": False}}]})
        check(f"{table} not by {name}", any(record[name] == value for record in others), False)
        check(f"{table} all by {name}", call("Count" + table, filter={name: {"isNull": False}}), len(found) + len(others))
    whole, _ = query(table)
    for name in one:
        if isinstance(one[name], (list, dict)):
            continue
        paged, cursor = [], zeep.xsd.SkipValue
        while cursor:
            page, cursor = query(table, orderBy=[{"field": name, "descending": True}], pageSize=1, cursor=cursor)
            paged += page
        check(f"{table} in the order of {name}", (len(paged), all(record in whole for record in paged)), (len(whole), True))
        fields, _ = query(table, field=[name], filter={**{part: {"eq": one[part]} for part in key}})
        check(f"{table} only {name}", fields, [{part: one[part] for part in one if part == name or part in key}])

    # a change by the version that was read; the same version is stale then
    (result,) = call("Update" + table, record=[{**sent(key_of(key, one)), **sent(change), "version": got.version}])
    check(table + " updated", result.status, "updated")
    stale, one = got.version, {**one, **change}
    check(table + " as changed", plain(call("Get" + table, **key_of(key, one))), one)
    check(table + " new version", result.key.version == stale, False)
    (result,) = call("Update" + table, record=[{**sent(key_of(key, one)), **sent(change), "version": stale}], mode="perRecord")
    check(table + " stale", result.status, "conflict")
    check(table + " current", plain(result.problem.conflict.record), one)
    # what was read goes back whole
    read = call("Get" + table, **key_of(key, one))
    if any(isinstance(value, list) and None in value for value in one.values()):
        # zeep leaves out the nil items of a list that it has read
        read = {**sent(plain(read)), "version": read.version}
    (result,) = call("Update" + table, record=[read])
    check(table + " written back", (result.status, plain(call("Get" + table, **key_of(key, one)))), ("updated", one))

    (result,) = call("Delete" + table, key=[{**key_of(key, one), "version": stale}], mode="perRecord")
    check(table + " stale delete", result.status, "conflict")
    (result,) = call("Delete" + table, key=[key_of(key, one)])
    check(table + " deleted", result.status, "deleted")
    refused(table + " is gone", "NotFound", "Get" + table, **key_of(key, one))
    if "Upsert" + table in operations:
        new = {name: value for name, value in one.items() if name not in dict(made)}
        results = call("Upsert" + table, record=[sent(new), {**sent(key_of(key, two)), **sent(change)}])
        check(table + " upserted", [result.status for result in results], ["created", "updated"])
        check(table + " made again", plain(call("Get" + table, **key_of(key, one))), one)
        check(table + " changed", plain(call("Get" + table, **key_of(key, two))), {**two, **change})
        check(table + " count after", call("Count" + table), before + 2)
    call("Delete" + table, key=[key_of(key, record) for record in (one, two) if "Upsert" + table in operations or record is two])
    check(table + " as before", call("Count" + table), before)


ODD = 'a & <b> ]]> "c" \' żółć'
price = Decimal("12345678901.2345")

# names that clash, words of languages, letters beyond ASCII, keys of several columns
drive("OrderItem", ["id"], {"id": 1, "note": ODD}, {"id": -2, "note": "two"}, {"note": "1"})
drive(
    "OrderItem2",
    ["order_x0020_no", "_x0031_st_x0020_line"],
    {"order_x0020_no": 1, "_x0031_st_x0020_line": 1, "unit-price": price, "żółw": ODD, "class": "c", "sort_x0024_": -5},
    {"order_x0020_no": 1, "_x0031_st_x0020_line": 2, "unit-price": Decimal("0.1")},
    {"żółw": "ż", "unit-price": Decimal("-1.5")},
)
drive("OrderItem3", ["id"], {"id": 1, "note": "x"}, {"id": 2, "note": "y"}, {"note": ODD})
drive("_x0031_stTable", ["_x0031_"], {"_x0031_": 1, "_x0032_-b": "b"}, {"_x0031_": 2}, {"_x0032_-b": ODD})
drive("ÜñïĆode", ["ключ"], {"ключ": "ключ", "значение": "да", "数量": 3}, {"ключ": "k", "数量": 3}, {"数量": 4})
drive(
    "Group",
    ["key", "order"],
    {"key": "k", "order": 1, "from": "f", "self2": "s", "import": "i", "record2": "r", "version2": "v", "related2": "rel", "allOf2": "all"},
    {"key": "k", "order": 2, "version2": "w"},
    {"version2": "x", "record2": ODD},
)
clash = ["_x002D_dash", "_x005F_x0020_", "a_x0020_b", "a-b", "a.b2", "a_b3", "ab4", "_x0078_ml_x0020_id"]
drive("Clash", ["id"], {"id": 1, **{name: name[:9] for name in clash}}, {"id": 2, "ab4": "ab"}, {"a.b2": "dot", "a_b3": "line"})
drive("TheView", ["no", "line"], {"no": 7, "line": 1, "ż": ODD, "price": price}, {"no": 7, "line": 2, "price": Decimal("2")}, {"ż": "ż"})

# types that each database has for itself
moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 123456)
types = {"odd_x0020_mood": "Żółć", "by-tes": b"\x00\xff<", "local": moment, "day": datetime.date(1999, 12, 31), "f": 0.1}
change = {"odd_x0020_mood": "sad", "day": datetime.date(2000, 2, 29)}
if database == "sqlite":
    types |= {"b": False, "n": Decimal("99999999999.9999")}
else:
    types |= {"at": moment.replace(tzinfo=datetime.timezone.utc), "n": Decimal("-1234567890123456789012345678.0123456789")}
if database == "postgres":
    pair = {"left_x0020_one": 1, "right-one": ODD}
    types |= {"d": "domain", "array_x0020_of": [1, None, -3], "texts": [ODD, None, "]]>"], "moods": ["so so", "it's \"fine\""], "pair": pair}
    types |= {"pairs": [pair, None, {"left_x0020_one": 2}], "b": True, "u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}
    change |= {"moods": ["sad"], "pair": {"right-one": "r"}, "d": "other"}
if database == "mysql":
    types |= {"set_x0020_of": ["x", "y z"], "b": "01011", "year": 2024, "i-8": 255}
    change |= {"set_x0020_of": ["Ż"], "i-8": 0}
drive("Types", ["type_x0020_id"], types, {"f": 1.5}, change, made={"gen": 7})

# rows without a key, twice the same
rows = [{"a_x0020_b": ODD, "_x0031_": 1}, {"a_x0020_b": ODD, "_x0031_": 1}, {"_x0031_": 2}]
check("rows without a key", [result.status for result in call("CreateNoKey", record=rows)], ["created"] * 3)
check("as written", sorted(query("NoKey")[0], key=str), sorted(rows, key=str))
check("counted", call("CountNoKey", filter={"a_x0020_b": {"contains": "]]>"}}), 2)

# related records go with the record, come with it, and hold it
children = [{"child_x0020_id": 1, "text": "first"}, {"child_x0020_id": 2, "text": ODD}]
parent = {"_x0031_": 9, "_x0032_-b": "parent"}
(result,) = call("Create_x0031_stTable", record=[{**parent, "related": {"the_x0020_child": children}}])
check("created with children", result.status, "created")
got = call("Get_x0031_stTable", _x0031_=9, expand=["the_x0020_child"])
check("children", plain(got.related["the_x0020_child"]), [{**child, "_x0031_": 9} for child in children])
drive("TheChild", ["child_x0020_id"], {"child_x0020_id": 5, "_x0031_": 9, "text": "t"}, {"child_x0020_id": 6, "_x0031_": 9}, {"text": ODD})
found = call("QueryTheChild", filter={"text": {"eq": ODD}}, expand=["_x0031_"]).record
check("parent", [plain(record.related["_x0031_"]) for record in found], [parent])
refused("a parent of children", "StillReferenced", "Delete_x0031_stTable", key=[{"_x0031_": 9}])
refused("a child of none", "MissingReference", "CreateTheChild", record=[{"child_x0020_id": 9, "_x0031_": 99}])

# routines
rows = call("KeepNote", item_id=100, class2=ODD) + call("KeepNote", item_id=99)
check("named SQL", [(row.id, row.note) for row in rows], [(100, ODD), (99, "none"), (100, ODD)])
if database != "sqlite":
    check("function", call("AddUp", **{"a-1": 1, "b_x0020_c": 2}), 3)
    swapped = call("SwapIt", first_x0020_one=ODD, class2="two")
    check("in and out", [swapped[name] for name in ("first_x0020_oneOut", "classOut", "n-th")], ["two", ODD, len(ODD)])
    call("FillIt", item_x0020_id=50, the_x0020_note=ODD)
    check("procedure", plain(call("GetOrderItem3", id=50)), {"id": 50, "note": ODD})
    refused("a procedure", "Duplicate", "FillIt", item_x0020_id=50, the_x0020_note="again")
if database == "postgres":
    check("default", call("AddUp", **{"a-1": 1}), 11)
    check("rows", [(row["a_x0020_b"], row["class"]) for row in call("RowsOf", how_x0020_many=2)], [(1, "x1"), (2, "x2")])
    check("array of an enumeration", call("MoodsOf", odd_x0020_mood="Żółć", ms={"item": ["sad"]}), ["Żółć", "sad"])
    check("its default", call("MoodsOf", odd_x0020_mood="so so"), ["so so"])
    passed = call("PassOn", the_x0020_domain="d", the_x0020_pair=pair)
    check("composite and domain", (plain(passed["pair-out"]), passed["_x0031_"]), (pair, "d"))
    refused("a domain", "Check", "PassOn", the_x0020_domain="bad", the_x0020_pair=pair)
    check("variadic", call("OddTotal", start=price, xs={"item": [Decimal("0.0001"), 1]}), price + Decimal("1.0001"))
    check("none of them", call("OddTotal", start=1), Decimal("2.5"))
    call("FillIt", item_x0020_id=51)
    check("a procedure's default", call("GetOrderItem3", id=51).note, "none")
if database == "mysql":
    rows = [{field.name: field.text for field in row.field} for row in call("RowsOf", how_x0020_many=3)]
    check("rows of a procedure", rows, [{"a b": "3", "class": "x3"}, {"a b": "0", "class": None}])
    check("enumeration", call("MoodsOf", odd_x0020_mood="Żółć"), "Żółć")

check("operations that were not called", operations - driven, set())
print(f"every operation, zeep on {database}: {len(driven)} operations, {checks} checks")
