// Calls the sample CRM's contact service with the proxy that gSOAP made (wsdl2h -P, soapcpp2 -j): argument 1 is the gateway's
// address, 2 the SOAP version (for the report: the contract that the proxy was made from decides).
#include "PROXY.h"
#include "PROXY.nsmap"
#include <cstdlib>
#include <iostream>
#include <set>
#include <string>

static const std::string TEXT = "Łódź < & \" ' ]]> 🚂 tab\tend";
static int checks = 0;

template <class T> static void check(const char *what, const T &got, const T &expected) {
    if (!(got == expected)) {
        std::cerr << what << ": got " << got << ", expected " << expected << std::endl;
        std::exit(1);
    }
    checks++;
}

static std::string text(const std::string *value) { return value ? *value : "(nil)"; }

int main(int count, char **arguments) {
    std::string address = std::string(arguments[1]) + "/soap/crm/tables/contact";
    PROXY crm(SOAP_C_UTFSTRING);
    crm.soap_endpoint = address.c_str();
    auto must = [&](int error) {
        if (error) {
            crm.soap_stream_fault(std::cerr);
            std::exit(1);
        }
    };
    auto get = [&](LONG64 id) {
        _ns1__GetContact request;
        request.soap_default(crm.soap);
        request.id = id;
        _ns1__GetContactResponse *response = soap_new__ns1__GetContactResponse(crm.soap);
        must(crm.GetContact(&request, *response));
        return response->record;
    };

    // get, and nil
    check("text", text(get(2)->notes), std::string("Likes trains 🚂"));
    check("nil", text(get(2)->phone), std::string("(nil)"));
    check("empty is not nil", text(get(3)->notes), std::string(""));

    // query by pages
    std::set<LONG64> seen;
    int read = 0;
    std::string cursor;
    do {
        _ns1__QueryContact request;
        request.soap_default(crm.soap);
        int size = 50;
        request.pageSize = &size;
        if (!cursor.empty()) request.cursor = &cursor;
        _ns1__QueryContactResponse response;
        must(crm.QueryContact(&request, response));
        for (auto record : response.record) {
            seen.insert(*record->id);
            read++;
        }
        cursor = response.nextCursor ? *response.nextCursor : "";
    } while (!cursor.empty());
    check("pages hold each contact once", read, 132);
    check("no contact twice", seen.size(), size_t(132));

    // create: text comes back as it went
    ns1__Contact fresh;
    fresh.soap_default(crm.soap);
    std::string name = TEXT;
    fresh.last_USCOREname = &name;
    fresh.notes = &name;
    _ns1__CreateContact create;
    create.soap_default(crm.soap);
    create.record.push_back(&fresh);
    _ns1__CreateContactResponse created;
    must(crm.CreateContact(&create, created));
    LONG64 key = created.result.at(0)->key->id;
    check("written text", text(get(key)->last_USCOREname), TEXT);

    // a batch with a conflict
    std::string one = *get(10)->version, two = *get(11)->version;
    auto update = [&](std::vector<ns1__Contact *> records) {
        _ns1__UpdateContact request;
        request.soap_default(crm.soap);
        request.record = records;
        ns1__Mode mode = ns1__Mode__perRecord;
        request.mode = &mode;
        _ns1__UpdateContactResponse *response = soap_new__ns1__UpdateContactResponse(crm.soap);
        must(crm.UpdateContact(&request, *response));
        return response->result;
    };
    auto phone = [&](LONG64 id, std::string *version, const char *number) {
        ns1__Contact *contact = soap_new_ns1__Contact(crm.soap);
        contact->id = (LONG64 *)soap_malloc(crm.soap, sizeof(LONG64));
        *contact->id = id;
        contact->version = version;
        contact->phone = soap_new_std__string(crm.soap);
        *contact->phone = number;
        return contact;
    };
    update({phone(10, nullptr, "+48 1")});
    auto results = update({phone(10, &one, "+48 2"), phone(11, &two, "+48 3")});
    check("stale version", int(results.at(0)->status), int(ns1__Status__conflict));
    check("fresh version", int(results.at(1)->status), int(ns1__Status__updated));
    check("the stale one is not written", text(get(10)->phone), std::string("+48 1"));
    check("the fresh one is", text(get(11)->phone), std::string("+48 3"));

    // faults
    _ns1__GetContact request;
    request.soap_default(crm.soap);
    request.id = 99999999;
    _ns1__GetContactResponse response;
    check("a missing record faults", crm.GetContact(&request, response) != SOAP_OK, true);
    SOAP_ENV__Detail *detail = crm.soap_fault() ? crm.soap_fault()->detail ? crm.soap_fault()->detail : crm.soap_fault()->SOAP_ENV__Detail : nullptr;
    check("fault code", detail && detail->ns1__Problem_ ? detail->ns1__Problem_->code : std::string("(no detail)"), std::string("NotFound"));

    std::cout << "gSOAP, SOAP " << arguments[2] << ": " << checks << " checks" << std::endl;
    return 0;
}
