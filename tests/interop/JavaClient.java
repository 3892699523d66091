// Calls the sample CRM with stubs that wsimport made in package `crm`: argument 1 is the gateway's address.
import crm.*;
import java.math.BigDecimal;
import java.net.URL;
import java.util.*;
import javax.xml.bind.JAXBElement;
import javax.xml.namespace.QName;

public class JavaClient {
    static final String TEXT = "Łódź < & \" ' ]]> \uD83D\uDE82 tab\tend";
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

    public static void main(String[] arguments) throws Exception {
        ObjectFactory make = new ObjectFactory();
        CrmPortType crm = new CrmService(new URL(arguments[0] + "/soap/crm?wsdl")).getCrmPort();

        Company company = crm.getCompany(1, null);
        check("name", company.getName(), "Stalmet");
        check("nil", value(company.getCreditLimit()), null);

        Set<Integer> seen = new TreeSet<>();
        String cursor = null;
        int read = 0;
        do {
            QueryContact request = new QueryContact();
            request.setPageSize(50);
            request.setCursor(cursor);
            javax.xml.ws.Holder<List<Contact>> records = new javax.xml.ws.Holder<>();
            javax.xml.ws.Holder<String> next = new javax.xml.ws.Holder<>();
            crm.queryContact(null, null, null, null, 50, cursor, records, next);
            for (Contact contact : records.value) {
                seen.add(contact.getId());
                read++;
            }
            cursor = next.value;
        } while (cursor != null);
        check("pages hold each contact once", read + "/" + seen.size(), "132/132");
        System.out.println("Metro stubs: " + checks + " checks");
    }
}
