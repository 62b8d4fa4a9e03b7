import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Follows the suite by its topics, with Kafka's own client: prints every event that is newer than the one before of its
 * aggregate, as source, subject, generation, version and body.
 *
 * <p>java -cp 'kafka-clients.jar:slf4j-api.jar' FollowTopics.java BROKERS GROUP SERVICE [SERVICE ...]
 */
public class FollowTopics {
    record Version(long generation, long version) {
        boolean isAbove(Version other) {
            return generation > other.generation || generation == other.generation && version > other.version;
        }
    }

    static final Version NOTHING = new Version(0, 0);

    public static void main(String[] given) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", given[0]);
        settings.put("group.id", given[1]);
        settings.put("enable.auto.commit", "false"); // by hand, once what they stand for is kept
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("session.timeout.ms", "10000"); // another takes the partitions of one that was killed
        List<String> topics = new ArrayList<>();
        for (int at = 2; at < given.length; at++) {
            topics.add("commissioning." + given[at] + ".v1");
        }
        Map<String, Version> newest = new HashMap<>(); // yours is in a database, written with what the event changes
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(topics);
            while (true) {
                for (var event : consumer.poll(Duration.ofSeconds(1))) {
                    take(event, newest);
                }
                consumer.commitSync();
            }
        }
    }

    /** Headers tell of an event what orders it, so that its body need not be read for that. */
    static void take(ConsumerRecord<String, byte[]> event, Map<String, Version> newest) {
        String aggregate = header(event, "event-source", "") + "\t" + event.key();
        Version version = new Version(
                Long.parseLong(header(event, "event-generation", "1")),
                Long.parseLong(header(event, "event-version", "0")));
        if (version.isAbove(newest.getOrDefault(aggregate, NOTHING))) {
            newest.put(aggregate, version);
            String body = new String(event.value(), StandardCharsets.UTF_8);
            System.out.println(String.join(
                    "\t", aggregate, "" + version.generation, "" + version.version, body));
        }
    }

    static String header(ConsumerRecord<?, ?> event, String name, String absent) {
        Header found = event.headers().lastHeader(name);
        return found == null ? absent : new String(found.value(), StandardCharsets.UTF_8);
    }
}
