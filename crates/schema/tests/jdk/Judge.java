// The JDK's verdicts: reads lines `schema;schema…<tab>document` from standard input, writes `valid` or `invalid` for each,
// `unknown` where it can't use the schema. A line without document asks for the schema itself.
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HashMap;
import javax.xml.XMLConstants;
import javax.xml.transform.Source;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;

public class Judge {
    public static void main(String[] arguments) throws Exception {
        // The order schema of UBL has a content model of more than 5,000 nodes.
        System.setProperty("jdk.xml.maxOccurLimit", "0");
        var factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
        var schemas = new HashMap<String, Schema>();
        var input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] parts = line.split("\t");
            Schema schema = schemas.get(parts[0]);
            if (!schemas.containsKey(parts[0])) {
                Source[] sources = Arrays.stream(parts[0].split(";")).map(file -> new StreamSource(new File(file))).toArray(Source[]::new);
                try {
                    schema = factory.newSchema(sources);
                } catch (org.xml.sax.SAXException unusable) {
                    // It needs a document that is not there, say.
                }
                schemas.put(parts[0], schema);
            }
            if (parts.length == 1) {
                System.out.println(schema == null ? "invalid" : "valid");
                continue;
            }
            if (schema == null) {
                System.out.println("unknown");
                continue;
            }
            String verdict = "valid";
            try {
                schema.newValidator().validate(new StreamSource(new File(parts[1])));
            } catch (org.xml.sax.SAXException | java.util.MissingResourceException wrong) {
                // The JDK lacks the text of one of its own messages; that it has one to give is its verdict.
                verdict = "invalid";
            }
            System.out.println(verdict);
        }
    }
}
