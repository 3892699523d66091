// The JDK's validator: `java Validate.java SCHEMA DOCUMENT SECONDS` prints bytes a second, warm, over one thread; without a document,
// the seconds that the schema takes to load, the best of ten.
import java.io.ByteArrayInputStream;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.Validator;

public class Validate {
    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 1) {
            System.out.println(load(new File(arguments[0])));
            return;
        }
        var schema = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(new File(arguments[0]));
        byte[] document = Files.readAllBytes(Path.of(arguments[1]));
        double seconds = Double.parseDouble(arguments[2]);
        Validator validator = schema.newValidator();
        // The best of several slices: warming up and collecting garbage are not what is compared.
        double best = 0;
        long begin = System.nanoTime();
        // One document may take longer than all the time there is.
        for (int slice = 0; slice < 8 && System.nanoTime() - begin < seconds * 2e9; slice++) {
            long start = System.nanoTime();
            long bytes = 0;
            while (System.nanoTime() - start < seconds / 8 * 1e9) {
                validator.validate(new StreamSource(new ByteArrayInputStream(document)));
                bytes += document.length;
            }
            best = Math.max(best, bytes * 1e9 / (System.nanoTime() - start));
        }
        System.out.println((long) best);
    }

    private static double load(File file) throws Exception {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long start = System.nanoTime();
            SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(file);
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }
}
