"""A third party that checks how it is called, by nothing but Python's own library: each path asks for something else, and what is
not as asked is a fault that blames the sender. Every request is a line of JSON on the log.

    third_party.py LOG WSDL [CERTIFICATE KEY CLIENT_AUTHORITY]
"""

import base64, calendar, hashlib, hmac, http.server, json, ssl, sys, threading, time
import xml.etree.ElementTree as xml

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0"
ENC = "http://schemas.xmlsoap.org/soap/encoding/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OWN = "urn:third-party"

log_file, wsdl_file = sys.argv[1:3]
lock = threading.Lock()
hooks = {}
nonces = set()


def need(holds, what):
    if not holds:
        raise ValueError(what)


def token(header):
    security = header.find(f"{{{WSSE}}}Security")
    need(security is not None, "no wsse:Security")
    need(security.get(f"{{{SOAP11}}}mustUnderstand") == "1", "mustUnderstand is not 1")
    found = security.find(f"{{{WSSE}}}UsernameToken")
    need(found is not None, "no UsernameToken")
    need(found.findtext(f"{{{WSSE}}}Username") == "erp", "another user")
    return found


def check(path, headers, body):
    envelope = xml.fromstring(body)
    soap = SOAP12 if path == "twelve" else SOAP11
    need(envelope.tag == f"{{{soap}}}Envelope", f"the envelope is {envelope.tag}")
    header, payload = envelope.find(f"{{{soap}}}Header"), envelope.find(f"{{{soap}}}Body")[0]
    kind = headers["Content-Type"]
    if path == "twelve":
        need(kind.startswith("application/soap+xml"), kind)
        need('action="urn:put"' in kind, kind)
    else:
        action = "urn:store" if path in ("rpc", "encoded", "lists") else "urn:put"
        need(kind.startswith("text/xml"), kind)
        need(headers["SOAPAction"] == f'"{action}"', f"the action is {headers['SOAPAction']}")
    need(headers["Idempotency-Key"], "no message id")
    if path == "lists":
        lines, none = payload.find("lines"), payload.find("none")
        told = lambda array: array.get(f"{{{ENC}}}arrayType").split(":")[1]
        need((told(lines), told(none)) == ("Line[2]", "Line[0]"), f"{told(lines)} and {told(none)}")
        need([(line[0].text, line[1].text) for line in lines] == [("A-1", "2"), ("B-2", "0.5")], "other lines")
        need(all(line.get(f"{{{XSI}}}type").endswith(":Line") for line in lines), "lines tell their type")
    elif path in ("rpc", "encoded"):
        need(payload.tag == f"{{{OWN}}}Store", payload.tag)
        need([part.tag for part in payload] == ["id", "name"], "parts are unqualified and in order")
    else:
        need(payload.tag == f"{{{OWN}}}Put", payload.tag)
        need(payload.findtext(f"{{{OWN}}}name") == "Łódź & <Sons>", "another name")
    if path == "parts":
        parts = envelope.find(f"{{{soap}}}Body")
        need([part.tag for part in parts] == [f"{{{OWN}}}Put", f"{{{OWN}}}Tenant"], "two parts side by side")
        need(parts[1].findtext(f"{{{OWN}}}name") == "north", "another tenant")
    if path == "encoded":
        style = payload.get(f"{{{SOAP11}}}encodingStyle")
        need(style == "http://schemas.xmlsoap.org/soap/encoding/", f"the encoding style is {style}")
        need([part.get(f"{{{XSI}}}type").split(":")[1] for part in payload] == ["int", "string"], "parts tell their types")
    if path == "basic":
        need(headers["Authorization"] == "Basic " + base64.b64encode("erp:pä:ss".encode()).decode(), "wrong password")
    if path == "bearer":
        need(headers["Authorization"] == "Bearer t0ken", "wrong token")
    if path == "text":
        password = token(header).find(f"{{{WSSE}}}Password")
        need(password.get("Type") == f"{PROFILE}#PasswordText" and password.text == "s3cret", "wrong password")
    if path == "digest":
        found = token(header)
        nonce, created = found.findtext(f"{{{WSSE}}}Nonce"), found.findtext(f"{{{WSU}}}Created")
        password = found.find(f"{{{WSSE}}}Password")
        digest = hashlib.sha1(base64.b64decode(nonce) + created.encode() + b"s3cret").digest()
        need(password.get("Type") == f"{PROFILE}#PasswordDigest", "no digest")
        need(password.text == base64.b64encode(digest).decode(), "wrong digest")
        age = time.time() - calendar.timegm(time.strptime(created, "%Y-%m-%dT%H:%M:%SZ"))
        need(abs(age) < 300, f"created {age} s ago")
        need(nonce not in nonces, "the nonce was used before")
        nonces.add(nonce)
    if path == "header":
        need(len(header) == 2 and header.find(f"{{{OWN}}}ApiKey").findtext(f"{{{OWN}}}user") == "crm", "another user")
        need(header.find(f"{{{OWN}}}Tenant").findtext(f"{{{OWN}}}name") == "north", "another tenant")
        need(header.find(f"{{{OWN}}}ApiKey").findtext(f"{{{OWN}}}key") == "k-1", "another key")


def hook(path, headers, body):
    told = dict(part.split("=", 1) for part in headers["Soapstone-Signature"].split(","))
    due = hmac.new(b"hook-secret", f"{told['t']}.".encode() + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(told["v1"], due):
        return 401
    with lock:
        hooks[path] = hooks.get(path, 0) + 1
        return 503 if hooks[path] == 1 else 200


def first(key):
    with lock:
        hooks[key] = hooks.get(key, 0) + 1
        return hooks[key] == 1


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, text, kind="text/xml; charset=utf-8", more={}):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except BrokenPipeError:
            pass  # who asked did not wait

    def note(self, body=b""):
        with lock, open(log_file, "a") as log:
            log.write(json.dumps({"at": time.time(), "path": self.path, "headers": dict(self.headers), "body": body.decode()}) + "\n")

    def do_GET(self):
        self.note()
        self.answer(200, open(wsdl_file).read())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.note(body)
        path = self.path.strip("/")
        if path.startswith("hook"):
            return self.answer(hook(path, self.headers, body), "{}", "application/json")
        if path == "late":
            time.sleep(20)
        soap = SOAP12 if path == "twelve" else SOAP11
        kind = "application/soap+xml" if path == "twelve" else "text/xml; charset=utf-8"
        try:
            check(path, self.headers, body)
        except (ValueError, AttributeError, TypeError, KeyError) as wrong:
            fault = f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{wrong}</faultstring></s:Fault>"
            if soap == SOAP12:
                fault = f'<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">{wrong}</s:Text></s:Reason></s:Fault>'
            return self.answer(500, f'<s:Envelope xmlns:s="{soap}"><s:Body>{fault}</s:Body></s:Envelope>', kind)
        number = "nonsense" if path == "invalid" else "N-1"
        if path == "busy" and first(self.headers["Idempotency-Key"]):
            return self.answer(503, "busy", "text/plain", {"Retry-After": "2"})
        if path == "lists":
            said = f'<p:StoreLinesResponse xmlns:p="{OWN}"><number>{number}</number></p:StoreLinesResponse>'
        elif path == "rpc":
            said = f'<p:StoreResponse xmlns:p="{OWN}"><number>{number}</number></p:StoreResponse>'
        elif path == "encoded":
            said = (
                f'<p:StoreResponse xmlns:p="{OWN}" xmlns:i="{XSI}" xmlns:x="http://www.w3.org/2001/XMLSchema" '
                f's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><number i:type="x:string">{number}</number></p:StoreResponse>'
            )
        else:
            said = f'<p:PutResponse xmlns:p="{OWN}"><p:number>{number}</p:number></p:PutResponse>'
            if path == "parts":
                said += f'<p:Tenant xmlns:p="{OWN}"><p:name>south</p:name></p:Tenant>'
        self.answer(200, f'<s:Envelope xmlns:s="{soap}"><s:Body>{said}</s:Body></s:Envelope>', kind)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    certificate, key, authority = sys.argv[3:6]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    tls.load_verify_locations(authority)
    tls.verify_mode = ssl.CERT_REQUIRED
    server.socket = tls.wrap_socket(server.socket, server_side=True)
print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
server.serve_forever()
