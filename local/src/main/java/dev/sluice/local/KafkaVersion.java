package dev.sluice.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;

/** The version of Kafka, which the brokers of tests have as well. */
public final class KafkaVersion {
  private static final String FILE = "/kafka/kafka-version.properties";

  private KafkaVersion() {}

  /** Returns the version of the clients on the class path, from their own file. */
  public static String ofClients() {
    Properties properties = new Properties();
    try (InputStream file = Objects.requireNonNull(Admin.class.getResourceAsStream(FILE), FILE)) {
      properties.load(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
    return properties.getProperty("version");
  }
}
