"""Reads and writes a database of odd names and types with zeep: argument 1 is the gateway's address."""
import sys
from decimal import Decimal

import zeep
from zeep.exceptions import Fault

client = zeep.Client(sys.argv[1] + "/soap/crm?wsdl")
crm = client.service
checks = 0


def check(what, got, expected):
    global checks
    if got != expected:
        sys.exit(f"{what}: got {got!r}, expected {expected!r}")
    checks += 1


# every table and view is read, and what was read is written back as it is
(port,) = next(iter(client.wsdl.services.values())).ports.values()
operations = port.binding._operations
rows = {}
for name in operations:
    if not name.startswith("Query"):
        continue
    table = name[len("Query"):]
    rows[table] = crm[name](pageSize=10).record
    check(table, crm["Count" + table](), len(rows[table]))
    if rows[table] and "Update" + table in operations:
        statuses = {result.status for result in crm["Update" + table](record=rows[table])}
        check(table, statuses, {"updated"})
check("tables", len(rows), 29)
check("a table like its schema", rows["Sales"], [])

details = rows["OrderDetails"][0]
check("decimal", details["Unit-Price"], Decimal("12345678901234.5678"))
columns = ["żółw", "price_x0024_", "a.b2", "a_x003A_b", "_x005F_x0020_", "_x0078_ml", "_x0058_mlThing", "_x002D_dash", "_x01F642_"]
check("odd columns", [details[name] for name in columns], ["ż", "$", "dot", "colon", "esc", "x", "X", "-", "🙂"])
check("names that clash", sorted(value for value in details.__values__.values() if value in ("a_b", "A_B", "a b", "ab")), ["A_B", "a b", "a_b", "ab"])
check("words of Python", [rows["Order3"][0][name] for name in ("class", "return", "self2", "def")], ["c", None, "a & <b> ]]> \"c\" 😀 zażółć", "d"])
check("our own words", [rows["Problem2"][0][name] for name in ("code", "message", "version2", "related2", "record2")], ["c", "m", "v", "r", "rec"])
check("letters", rows["ÜñïĆode"][0]["значение"], "да")
types = rows["Types"][0]
check("array", types.ai.item, [1, None, 3])
check("composite", types.comp["a_x0020_label"], "l")
check("nested", types.nest.p.x, 1)
check("range", (types.r, types.mr), ("[1,5)", "{[1,3),[5,7)}"))
check("partitions", [str(record.at) for record in rows["Measure"]], ["2023-05-05", "2024-05-05", "2030-01-01"])

# routines: overloads, defaults, in-out, variadic, sets, composites
check("default", crm.Add(a=1), 3)
check("overload", crm.Add2(a="x", b="y"), "xy")
check("another schema", crm.SalesAdd(a=Decimal("1.2345")), Decimal("1.2345"))
answer = crm.OddRoutine(**{"first_x0020_arg": "f", "both_x0020_ways": 3, "rest": {"item": [1, 2]}})
check("in-out", (answer["both_x0020_waysOut"], answer["out-1"]), (5, "f!"))
check("parameters without names", crm.Nameless(arg1=1, arg2="x"), "1x")
check("a word of Java", crm.Return2(return2="r"), "r")
check("set", [row.value for row in crm.RowsOf(n=3)], [1, 2, 3])
check("table", [(row["a_x0020_b"], row["class"], row.mood) for row in crm.TableOf(n=1)], [(1, "x", "sad")])
check("rows of a table", len(crm.Orders()), 2)
check("array of an enum", crm.Moods(m={"item": ["sad"]}, p={"x": 1}), ["sad"])
ranges = crm.Ranges()
check("ranges", (ranges.r, ranges.mr, ranges.mrs.item), ("[1,5)", "{[1,3),[5,7)}", ["{[1,2)}"]))
check("procedure", crm.DoIt(**{"What_x003F_": "abc", "n": 2}), 5)
try:
    crm.Fails(message="boo <&> ż")
    sys.exit("the procedure did not fail")
except Fault as fault:
    check("fault", fault.message, "boo <&> ż")
print(f"odd names, zeep: {checks} checks")
