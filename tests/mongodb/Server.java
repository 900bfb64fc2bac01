import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** A MongoDB of the tests in memory, on a free port of 127.0.0.1, which it prints; it ends with its standard input. */
public class Server {

    /** What it says it is: PyMongo refuses the wire version 8 that it would announce by itself. */
    private static final MongoVersion VERSION = new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(5, 0, 0);
        }

        @Override
        public int getWireVersion() {
            return 13;
        }
    };

    public static void main(String[] args) throws Exception {
        MongoServer server = new MongoServer(new MemoryBackend().version(VERSION));
        server.bind("127.0.0.1", args.length > 0 ? Integer.parseInt(args[0]) : 0);
        System.out.println(server.getLocalAddress().getPort());
        while (System.in.read() >= 0) {
            // whoever started it closes its end, dying included
        }
        server.shutdownNow();
    }
}
