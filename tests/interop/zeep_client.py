"""Calls the sample CRM with zeep: argument 1 is the gateway's address, 2 the SOAP version (1.1 or 1.2)."""
import sys
from decimal import Decimal

import zeep
from zeep.exceptions import Fault

TEXT = 'Łódź < & " \' ]]> 🚂 tab\tend'
base, version = sys.argv[1], sys.argv[2]
client = zeep.Client(base + "/soap/crm?wsdl" + ("=1.2" if version == "1.2" else ""))
crm = client.service
checks = 0


def check(what, got, expected):
    global checks
    if got != expected:
        sys.exit(f"{what}: got {got!r}, expected {expected!r}")
    checks += 1


def problem(fault):
    detail = client.wsdl.types.deserialize(fault.detail[0])
    return detail


# get, and the three kinds of nothing
company = crm.GetCompany(id=1)
check("name", company.name, "Stalmet")
check("nil", company.credit_limit, None)
check("decimal", crm.GetCompany(id=2).credit_limit, Decimal("5250.00"))

# query by pages
seen, cursor = [], None
while True:
    page = crm.QueryContact(pageSize=50, cursor=cursor or zeep.xsd.SkipValue, orderBy=[{"field": "last_name", "descending": True}])
    seen += [record.id for record in page.record]
    cursor = page.nextCursor
    if not cursor:
        break
check("pages hold each contact once", sorted(seen), list(range(1, 133)))
check("count", crm.CountContact(filter={"company_id": {"eq": 1}}), 3)
found = crm.QueryContact(filter={"anyOf": [{"id": {"in": [4, 5]}}, {"last_name": {"startsWith": "Ż"}, "id": {"lt": 40}}]}, field=["id", "last_name"])
check("filter", all(r.id in (4, 5) or r.last_name.startswith("Ż") for r in found.record) and len(found.record) > 2, True)

# create: text and decimals come back as they went
created = crm.CreateContact(record=[{"last_name": TEXT, "first_name": "", "notes": TEXT * 3, "company_id": 1}])
check("created", created.result[0].status, "created") if hasattr(created, "result") else check("created", created[0].status, "created")
key = (created.result if hasattr(created, "result") else created)[0].key.id
back = crm.GetContact(id=key)
check("text", back.last_name, TEXT)
check("long text", back.notes, TEXT * 3)
check("empty is not nil", back.first_name or "", "")
check("absent is nil", back.email, None)
money = crm.CreateOpportunity(record=[{"name": "Big", "company_id": 1, "amount": Decimal("1234567890123456.78")}])
money = (money.result if hasattr(money, "result") else money)[0].key.id
check("18 digits", crm.GetOpportunity(id=money).amount, Decimal("1234567890123456.78"))

# update: absent leaves, nil clears
crm.UpdateContact(record=[{"id": key, "notes": zeep.xsd.Nil}])
back = crm.GetContact(id=key)
check("nil clears", back.notes, None)
check("absent leaves", back.last_name, TEXT)

# a batch with a conflict
one, two = crm.GetContact(id=10), crm.GetContact(id=11)
crm.UpdateContact(record=[{"id": 10, "phone": "+48 1"}])
results = crm.UpdateContact(record=[{"id": 10, "phone": "+48 2", "version": one.version}, {"id": 11, "phone": "+48 3", "version": two.version}], mode="perRecord")
results = results.result if hasattr(results, "result") else results
check("stale version", results[0].status, "conflict")
check("its current record", results[0].problem.conflict.record.phone if hasattr(results[0].problem.conflict, "record") else None, "+48 1")
check("fresh version", results[1].status, "updated")
check("the other one is written", crm.GetContact(id=11).phone, "+48 3")

# a routine: a function's value on PostgreSQL, a row of the named SQL on SQLite
balance = crm.CustomerBalance(company_id=2)
balance = balance[0].balance if isinstance(balance, list) else balance
check("routine", balance, Decimal("4394.46"))

# faults
try:
    crm.GetContact(id=99999999)
    sys.exit("a missing record did not fault")
except Fault as fault:
    check("fault", fault.detail[0].tag.endswith("}Problem"), True)
    codes = [e.text for e in fault.detail[0].iter() if e.tag.endswith("code")]
    check("fault code", codes, ["NotFound"])

crm.DeleteContact(key=[{"id": key}])
print(f"zeep, SOAP {version}: {checks} checks")
