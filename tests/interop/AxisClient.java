// Calls the sample CRM's opportunities with the stubs that Axis 1.4 made in package `crm`: argument 1 is the gateway's address.
import crm.*;
import java.math.BigDecimal;
import java.net.URL;
import java.util.*;

public class AxisClient {
    static final String TEXT = "Łódź < & \" ' ]]> \uD83D\uDE82 end";
    static int checks = 0;

    static void check(String what, Object got, Object expected) {
        if (!Objects.equals(got, expected)) {
            System.err.println(what + ": got " + got + ", expected " + expected);
            System.exit(1);
        }
        checks++;
    }

    static OpportunityPortType crm;

    static Opportunity get(long id) throws Exception {
        GetOpportunity asked = new GetOpportunity();
        asked.setId(id);
        return crm.getOpportunity(asked).getRecord();
    }

    static Opportunity renamed(long id, String version, String name) {
        Opportunity opportunity = new Opportunity();
        opportunity.setId(id);
        opportunity.setVersion(version);
        opportunity.setName(name);
        return opportunity;
    }

    static OpportunityResult[] update(Mode mode, Opportunity... records) throws Exception {
        UpdateOpportunity update = new UpdateOpportunity();
        update.setRecord(records);
        update.setMode(mode);
        return crm.updateOpportunity(update);
    }

    public static void main(String[] arguments) throws Exception {
        crm = new OpportunityServiceLocator().getOpportunitySoap11(new URL(arguments[0] + "/soap/crm/tables/opportunity"));

        // query by pages
        Set<Long> seen = new TreeSet<>();
        int read = 0;
        QueryOpportunity query = new QueryOpportunity();
        QueryOpportunityOrderBy order = new QueryOpportunityOrderBy();
        order.setField(OpportunityField.fromString("name"));
        order.setDescending(true);
        query.setOrderBy(new QueryOpportunityOrderBy[] {order});
        query.setPageSize(7);
        do {
            QueryOpportunityResponse page = crm.queryOpportunity(query);
            for (Opportunity opportunity : page.getRecord()) {
                seen.add(opportunity.getId());
                read++;
            }
            query.setCursor(page.getNextCursor());
        } while (query.getCursor() != null);
        long count = crm.countOpportunity(new CountOpportunity()).getCount();
        check("pages hold each once", read + "/" + seen.size(), count + "/" + count);

        // create: text and decimals come back as they went, what is absent is null
        Opportunity fresh = new Opportunity();
        fresh.setName(TEXT);
        fresh.setCompany_id(1L);
        fresh.setAmount(new BigDecimal("1234567890123456.78"));
        CreateOpportunity create = new CreateOpportunity();
        create.setRecord(new Opportunity[] {fresh});
        OpportunityResult created = crm.createOpportunity(create)[0];
        check("created", created.getStatus(), Status.created);
        long key = created.getKey().getId();
        Opportunity back = get(key);
        check("text", back.getName(), TEXT);
        check("18 digits", back.getAmount(), new BigDecimal("1234567890123456.78"));
        check("absent is null", back.getLost_reason(), null);

        // a batch with a conflict
        String first = back.getVersion();
        check("updated", update(null, renamed(key, first, "second"))[0].getStatus(), Status.updated);
        OpportunityResult[] results = update(Mode.perRecord, renamed(key, first, "third"), renamed(1, get(1).getVersion(), "fresh"));
        check("stale version", results[0].getStatus(), Status.conflict);
        check("fresh version", results[1].getStatus(), Status.updated);
        check("the stale one is not written", get(key).getName(), "second");
        check("absent leaves", get(key).getAmount(), new BigDecimal("1234567890123456.78"));

        // faults
        try {
            get(99999999);
            check("a missing record", "no fault", "a fault");
        } catch (Problem fault) {
            check("fault code", fault.getCode(), "NotFound");
        }
        System.out.println("Axis 1.4: " + checks + " checks");
    }
}
