// Calls the sample CRM with the stubs that wsimport made in package `crm`: argument 1 is the gateway's address, 2 the SOAP version.
import crm.*;
import java.math.BigDecimal;
import java.net.URL;
import java.util.*;
import javax.xml.bind.JAXBElement;
import javax.xml.namespace.QName;
import javax.xml.ws.Holder;
import javax.xml.ws.soap.AddressingFeature;

public class JavaClient {
    static final String TEXT = "Łódź < & \" ' ]]> \uD83D\uDE82 tab\tend";
    static final ObjectFactory MAKE = new ObjectFactory();
    static int checks = 0;

    static void check(String what, Object got, Object expected) {
        if (!Objects.equals(got, expected)) {
            System.err.println(what + ": got " + got + ", expected " + expected);
            System.exit(1);
        }
        checks++;
    }

    static <T> T value(JAXBElement<T> element) {
        return element == null || element.isNil() ? null : element.getValue();
    }

    static Contact phone(long id, String version, String phone) {
        Contact contact = new Contact();
        contact.setId(id);
        contact.setVersion(version);
        contact.setPhone(MAKE.createContactPhone(phone));
        return contact;
    }

    public static void main(String[] arguments) throws Exception {
        boolean twelve = arguments[1].equals("1.2");
        QName service = new QName("http://soapstone.local/crm/main", "CrmService");
        CrmService crms = new CrmService(new URL(arguments[0] + "/soap/crm?wsdl" + (twelve ? "=1.2" : "")), service);
        CrmPortType crm = crms.getPort(CrmPortType.class);

        // get, and nil
        check("name", crm.getCompany(1, null).getName(), "Stalmet");
        check("nil", value(crm.getCompany(1, null).getCreditLimit()), null);
        check("decimal", value(crm.getCompany(2, null).getCreditLimit()), new BigDecimal("5250.00"));

        // by WS-Addressing, whose answers are held against the actions that the WSDL means
        CrmPortType named = crms.getPort(CrmPortType.class, new AddressingFeature(true, true));
        check("addressed", named.getCompany(1, null).getName(), "Stalmet");
        try {
            named.getCompany(999_999, null);
            check("addressed", "an answer", "a fault");
        } catch (ProblemFault fault) {
            check("addressed", fault.getFaultInfo().getCode(), "NotFound");
        }

        // query by pages
        Set<Long> seen = new TreeSet<>();
        int read = 0;
        String cursor = null;
        QueryContact.OrderBy order = new QueryContact.OrderBy();
        order.setField(ContactField.LAST_NAME);
        order.setDescending(true);
        do {
            Holder<List<Contact>> records = new Holder<>();
            Holder<String> next = new Holder<>();
            crm.queryContact(null, List.of(order), null, null, 50, cursor, records, next);
            for (Contact contact : records.value) {
                seen.add(contact.getId());
                read++;
            }
            cursor = next.value;
        } while (cursor != null);
        check("pages hold each contact once", read + "/" + seen.size(), "132/132");

        // create: text and decimals come back as they went
        Contact fresh = new Contact();
        fresh.setLastName(TEXT);
        fresh.setFirstName(MAKE.createContactFirstName(""));
        fresh.setNotes(MAKE.createContactNotes(TEXT));
        ContactResult created = crm.createContact(List.of(fresh), null).get(0);
        check("created", created.getStatus(), Status.CREATED);
        long key = created.getKey().getId();
        Contact back = crm.getContact(key, null);
        check("text", back.getLastName(), TEXT);
        check("long text", value(back.getNotes()), TEXT);
        check("empty is not nil", value(back.getFirstName()), "");
        check("absent is nil", value(back.getEmail()), null);
        Opportunity big = new Opportunity();
        big.setName("Big");
        big.setCompanyId(1L);
        big.setAmount(MAKE.createOpportunityAmount(new BigDecimal("1234567890123456.78")));
        long money = crm.createOpportunity(List.of(big), null).get(0).getKey().getId();
        check("18 digits", value(crm.getOpportunity(money, null).getAmount()), new BigDecimal("1234567890123456.78"));

        // update: absent leaves, nil clears
        Contact clear = new Contact();
        clear.setId(key);
        JAXBElement<String> nil = MAKE.createContactNotes(null);
        nil.setNil(true);
        clear.setNotes(nil);
        crm.updateContact(List.of(clear), null);
        back = crm.getContact(key, null);
        check("nil clears", value(back.getNotes()), null);
        check("absent leaves", back.getLastName(), TEXT);

        // a batch with a conflict
        String one = crm.getContact(10, null).getVersion();
        String two = crm.getContact(11, null).getVersion();
        crm.updateContact(List.of(phone(10, null, "+48 1")), null);
        List<ContactResult> results = crm.updateContact(List.of(phone(10, one, "+48 2"), phone(11, two, "+48 3")), Mode.PER_RECORD);
        check("stale version", results.get(0).getStatus(), Status.CONFLICT);
        check("fresh version", results.get(1).getStatus(), Status.UPDATED);
        check("the stale one is not written", value(crm.getContact(10, null).getPhone()), "+48 1");
        check("the fresh one is", value(crm.getContact(11, null).getPhone()), "+48 3");

        // a routine
        check("routine", value(crm.customerBalance(2L).get(0).getBalance()), new BigDecimal("4394.46"));

        // faults
        try {
            crm.getContact(99999999, null);
            check("a missing record", "no fault", "a fault");
        } catch (ProblemFault fault) {
            check("fault code", fault.getFaultInfo().getCode(), "NotFound");
        }
        System.out.println("Metro stubs, SOAP " + arguments[1] + ": " + checks + " checks");
    }
}
