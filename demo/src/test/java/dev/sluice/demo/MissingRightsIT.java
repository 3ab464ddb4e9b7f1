package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Health;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes each right of docs/security.md away in turn, whose role must then say what it lacks, in all
 * the places that the document names.
 */
@Tag("weekly")
class MissingRightsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private static final Pattern REFUSED = Pattern.compile("(?i)not authorized|authorization fail");

  private final TestEnvironment database = TestEnvironment.create(1);
  private final Map<String, String> silent = new ConcurrentHashMap<>();

  @Test
  void noRoleWorksWithoutOneOfItsRightsAndEachNamesIt(@TempDir Path data, @TempDir Path secrets)
      throws Exception {
    List<KafkaRight> rights = new ArrayList<>(KafkaRight.documented());
    rights.addAll(OthersOnTrial.RIGHTS);
    try (SecuredKafka kafka = new SecuredKafka(data, secrets);
        TrialRows rows = new TrialRows(database);
        WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(100))) {
      kafka.grant(rights);
      migrateWithoutEach(kafka, rights);
      WorkerOnTrial.setRefusals(simulator);
      List<RoleOnTrial> roles =
          List.of(
              new ProducerOnTrial(kafka, database, rows),
              new WorkerOnTrial(kafka, simulator.url()),
              new AggregatorOnTrial(kafka, database, rows),
              new ConsoleOnTrial(kafka, database, rows),
              new OthersOnTrial(kafka));
      try (ExecutorService atOnce = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<?>> trials = new ArrayList<>();
        for (RoleOnTrial role : roles) {
          trials.add(
              atOnce.submit(() -> {
                for (KafkaRight right : ofRole(rights, role.name())) {
                  tryWithout(kafka, right, role);
                }
                return null;
              }));
        }
        for (Future<?> trial : trials) {
          trial.get();
        }
      }
    }
    assertThat(new TreeMap<>(silent))
        .as("rights whose lack is not reported, and what is instead")
        .isEmpty();
  }

  /** Those that create something come last, because their role has done it once before. */
  private static List<KafkaRight> ofRole(List<KafkaRight> rights, String role) {
    return rights.stream()
        .filter(right -> right.role().equals(role))
        .sorted((one, other) ->
            Boolean.compare(
                one.operation() == AclOperation.CREATE, other.operation() == AclOperation.CREATE))
        .toList();
  }

  private void tryWithout(SecuredKafka kafka, KafkaRight right, RoleOnTrial role) throws Exception {
    Health health = new Health();
    kafka.revoke(right);
    if (right.operation() == AclOperation.CREATE) {
      kafka.delete(right);
    }
    AtomicReference<Map<String, List<String>>> said = new AtomicReference<>(Map.of());
    try (HealthLog log = new HealthLog();
        AutoCloseable _ = role.start(health, right)) {
      try {
        await()
            .atMost(PATIENCE)
            .until(() -> {
              said.set(said(role, right, health, log));
              return said.get().values().stream().allMatch(lines -> isNamed(right, lines));
            });
      } catch (ConditionTimeoutException e) {
        silent.put(right.toString(), said.get().toString());
      } finally {
        kafka.grant(List.of(right));
      }
    }
  }

  /** Returns what it says in each of the places where it must name the right. */
  private static Map<String, List<String>> said(
      RoleOnTrial role, KafkaRight right, Health health, HealthLog log) throws Exception {
    List<String> answers = role.answers();
    if (role.name().equals(OthersOnTrial.NAME)) {
      return Map.of("answers", answers);
    }
    Map<String, List<String>> said = new HashMap<>();
    said.put(
        "health",
        Stream.of(health.problems(), health.notices())
            .flatMap(all -> all.entrySet().stream())
            .map(one -> one.getKey() + ": " + one.getValue())
            .toList());
    said.put("log", log.lines());
    if (role.name().equals("console") && right.operation() == AclOperation.WRITE) {
      said.put("answers", answers);
    }
    return said;
  }

  private static boolean isNamed(KafkaRight right, List<String> said) {
    return said.stream()
        .anyMatch(line -> REFUSED.matcher(line).find() && line.contains(right.name()));
  }

  /** Before the others, because only the first migration has everything to do. */
  private void migrateWithoutEach(SecuredKafka kafka, List<KafkaRight> rights) throws Exception {
    for (KafkaRight right : ofRole(rights, "migrate").reversed()) {
      kafka.revoke(right);
      String said = kafka.migrate(database.owner(), "--wait=0s");
      if (!isNamed(right, said.lines().toList())) {
        silent.put(right.toString(), said);
      }
      kafka.grant(List.of(right));
    }
    assertThat(kafka.migrate(database.owner(), "--wait=0s")).isEmpty();
  }
}
