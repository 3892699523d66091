"""Steers a gateway with zeep: steer.py ADDRESS"""

import sys
import zeep

client = zeep.Client(f"{sys.argv[1]}/soap/gateway?wsdl")
flows = client.service.ListFlows()
flow = flows[0] if isinstance(flows, list) else flows.flow[0]
assert (flow.name, flow.accepted, flow.dead) == ("orders", 3, 3), flow
assert client.service.PauseFlow(name="orders").mode == "paused"
shown = client.service.ShowFlow(name="orders", last=2)
assert len(shown.delivery) == 2 and shown.delivery[0].direction == "out", shown
read = client.service.ReadDelivery(id=shown.delivery[0].id)
assert read.delivery.state == "dead" and "double" in read.delivery.reason, read
try:
    client.service.ShowFlow(name="nothing")
    raise SystemExit("no fault")
except zeep.exceptions.Fault as fault:
    detail = client.wsdl.types.deserialize(fault.detail[0])
    assert detail.code == "NotFound", detail
assert client.service.ResumeFlow(name="orders").mode == "running"
print("steered by zeep")
