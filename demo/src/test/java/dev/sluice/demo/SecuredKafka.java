package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.Sluice;
import dev.sluice.local.EmbeddedKafka;
import dev.sluice.local.FreePort;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A broker with TLS, SCRAM and the standard authorizer, for roles with the settings that
 * Kubernetes' overlay for Strimzi mounts. The test itself may do everything, through a listener of
 * its own.
 */
final class SecuredKafka implements AutoCloseable {
  static final Topics TOPICS = new Topics("sluice.");
  private static final Path CLIENT =
      Path.of("../deploy/kubernetes/overlays/strimzi/client.properties");
  private static final List<String> ROLES =
      List.of("migrate", "producer", "worker", "status-aggregator", "console", OthersOnTrial.NAME);

  private final Closer closer = new Closer();
  private final int port = FreePort.next();
  private final int securePort = FreePort.next();
  private final Path secrets;
  private final Admin admin;
  private final KafkaProducer<String, String> producer;

  /**
   * Starts it, with users and no rights.
   *
   * @param secrets the folder of what Strimzi mounts
   */
  SecuredKafka(Path data, Path secrets) throws Exception {
    this.secrets = secrets;
    SelfSignedCertificate certificate = SelfSignedCertificate.writtenTo(secrets.resolve("ca.crt"));
    RecordingAuthorizer.ALLOWED.clear();
    RecordingAuthorizer.DENIED.clear();
    closer.register(new EmbeddedKafka(data, port, settings -> secured(settings, certificate)));
    Map<String, Object> own = Map.of("bootstrap.servers", "localhost:" + port);
    admin = closer.register(Admin.create(own));
    producer =
        closer.register(new KafkaProducer<>(own, new StringSerializer(), new StringSerializer()));
    createUsers();
  }

  private Map<String, String> secured(
      Map<String, String> settings, SelfSignedCertificate certificate) {
    Map<String, String> secured = new HashMap<>(settings);
    for (String listeners : List.of("listeners", "advertised.listeners")) {
      secured.merge(
          listeners, "SASL_SSL://localhost:" + securePort, (one, other) -> one + "," + other);
    }
    secured.merge(
        "listener.security.protocol.map", "SASL_SSL:SASL_SSL", (one, other) -> one + "," + other);
    secured.put("ssl.keystore.type", "PEM");
    secured.put("ssl.keystore.key", certificate.privateKey());
    secured.put("ssl.keystore.certificate.chain", text(certificate.file()));
    secured.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    secured.put(
        "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
        ScramLoginModule.class.getName() + " required;");
    secured.put("authorizer.class.name", RecordingAuthorizer.class.getName());
    // The broker itself and the test, through the other listener.
    secured.put("super.users", "User:ANONYMOUS");
    return secured;
  }

  /**
   * Creates the roles' users, and their secrets as Strimzi does, and waits until they can log in.
   */
  private void createUsers() throws Exception {
    ScramCredentialInfo scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
    admin
        .alterUserScramCredentials(
            ROLES.stream()
                .<UserScramCredentialAlteration>map(
                    role -> new UserScramCredentialUpsertion(role, scram, "secret of " + role))
                .toList())
        .all()
        .get();
    for (String role : ROLES) {
      Path user = Files.createDirectory(secrets.resolve(role));
      Files.writeString(
          user.resolve("sasl.jaas.config"),
          "%s required username=\"%s\" password=\"secret of %s\";"
              .formatted(ScramLoginModule.class.getName(), role, role));
      Files.writeString(
          settings(role),
          text(CLIENT)
              .replace("/run/secrets/kafka-ca/ca.crt", secrets.resolve("ca.crt").toString())
              .replace("/run/secrets/kafka-user", user.toString()));
      await().until(() -> canLogIn(role));
    }
  }

  private boolean canLogIn(String role) throws Exception {
    try (Admin user = Admin.create(as(role).client(Map.of()))) {
      user.describeCluster().nodes().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthenticationException) {
        return false;
      }
      throw e;
    }
  }

  /** Returns the file of a role's settings. */
  Path settings(String role) {
    return secrets.resolve(role + ".properties");
  }

  /** Returns the address for roles. */
  String address() {
    return "localhost:" + securePort;
  }

  /** Returns how a role reaches it. */
  KafkaConfig as(String role) throws IOException {
    Properties settings = new Properties();
    try (Reader file = Files.newBufferedReader(settings(role))) {
      settings.load(file);
    }
    return new KafkaConfig(
        address(),
        TOPICS,
        settings.stringPropertyNames().stream()
            .collect(Collectors.toMap(Function.identity(), settings::getProperty)));
  }

  /**
   * Migrates by the command, which reads the settings from a file and waits until the users are
   * known; returns what it says if it fails.
   */
  String migrate(DatabaseConfig owner, String... more) {
    StringWriter err = new StringWriter();
    int exitCode =
        Sluice.commandLine()
            .setErr(new PrintWriter(err, true))
            .execute(
                Stream.concat(
                        Stream.of(
                            "migrate",
                            "--kafka=" + address(),
                            "--kafka-config=" + settings("migrate"),
                            "--partitions=2",
                            "--replication-factor=1",
                            "--database="
                                + owner.url()
                                + (owner.password() == null ? "" : "?password=" + owner.password()),
                            "--owner-user=" + owner.user()),
                        Stream.of(more))
                    .toArray(String[]::new));
    assertThat(exitCode).as(err.toString()).isIn(0, 1);
    return exitCode == 0 ? "" : "exit code 1\n" + err;
  }

  /** Returns how the test reaches it. */
  KafkaConfig asTest() {
    return new KafkaConfig("localhost:" + port, TOPICS, Map.of());
  }

  void grant(Collection<KafkaRight> rights) throws Exception {
    List<AclBinding> bindings = rights.stream().map(KafkaRight::binding).toList();
    admin.createAcls(bindings).all().get();
    await().until(() -> inForce().containsAll(bindings));
  }

  void revoke(KafkaRight right) throws Exception {
    admin.deleteAcls(List.of(right.binding().toFilter())).all().get();
    await().until(() -> !inForce().contains(right.binding()));
  }

  /** Returns what the broker applies, which hears of changes after the controller. */
  private Set<AclBinding> inForce() throws Exception {
    return Set.copyOf(admin.describeAcls(AclBindingFilter.ANY).values().get());
  }

  /** Deletes the topics that a right is for. */
  void delete(KafkaRight right) throws Exception {
    admin
        .deleteTopics(admin.listTopics().names().get().stream().filter(right::isFor).toList())
        .all()
        .get();
  }

  /** Writes a record into the topic's first partition. */
  void write(String topic, String key, String value) throws Exception {
    producer.send(new ProducerRecord<>(topic, 0, key, value)).get();
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closer.close();
  }
}
