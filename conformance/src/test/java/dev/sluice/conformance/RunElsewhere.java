package dev.sluice.conformance;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documented commands that {@link DocumentedCommandsIT} does not run, and why not. */
final class RunElsewhere {
  private static final String DEMO = "DemoIT: it starts its own servers";
  private static final String ROLE = "ImageIT: a role, which runs until it is stopped";

  /** What {@code .ci/measure} runs once a week. */
  static final String WEEKLY = ".ci/measure: it measures for minutes";

  private static final Pattern TEST = Pattern.compile("\\b\\w+(IT|Test)\\b");

  static final Map<String, String> COMMANDS =
      Map.ofEntries(
          Map.entry("mvn verify", "it is what runs this"),
          Map.entry("demo", DEMO),
          Map.entry("demo --json", DEMO),
          Map.entry("demo --recipients people.csv", DEMO),
          Map.entry("demo --count 20000 --rate 2000 --workers 4", DEMO),
          Map.entry("producer", ROLE),
          Map.entry("worker", ROLE),
          Map.entry("status-aggregator", ROLE),
          Map.entry("console", ROLE),
          Map.entry("worker --http-provider sms.json", "TakenPortsTest: a role"),
          Map.entry("user hash", "UserCommandsTest: it asks for a password"),
          Map.entry("user hash ana:manager", "UserCommandsTest: it asks for a password"),
          Map.entry("benchmark chaos", "ChaosIT, shorter"),
          Map.entry("benchmark chaos --seed 1", "ChaosIT, shorter"),
          Map.entry("benchmark chaos --kills 0 --freezes 6", "ChaosIT, shorter"),
          Map.entry("benchmark neighbours", "NeighboursIT, shorter"),
          Map.entry("benchmark neighbours --same-sender", WEEKLY),
          Map.entry("benchmark outages", "OutageIT, shorter"),
          Map.entry("benchmark outages --away 60", "OutageIT, shorter"),
          Map.entry("benchmark steering", "SteeringIT, shorter"),
          Map.entry("benchmark simulate --schedules 1000000", "SimulationTest, fewer"),
          Map.entry("benchmark holding --kills 10", WEEKLY),
          Map.entry("benchmark scaling", WEEKLY),
          Map.entry("benchmark tls", WEEKLY),
          Map.entry("benchmark client", WEEKLY),
          Map.entry("benchmark worker", WEEKLY),
          Map.entry("benchmark run NAME --size N --json", "stands for those below"),
          Map.entry("benchmark run pipeline", WEEKLY),
          Map.entry("benchmark run pipeline --size 60000", WEEKLY),
          Map.entry("benchmark run fan-out --size 60000", WEEKLY),
          Map.entry("benchmark run status", WEEKLY),
          Map.entry("benchmark run export", WEEKLY));

  private static final String DOCKER =
      "needs Docker; ci.yml builds all images and starts the compose file";
  private static final String KAFKA = "needs Kafka's own scripts, which come with its distribution";

  /** The commands of other programs. */
  static final Map<String, String> OTHERS =
      Map.ofEntries(
          Map.entry("docker build --target roles", DOCKER),
          Map.entry("docker compose up --build", DOCKER),
          Map.entry("docker compose up --scale worker=4", DOCKER),
          Map.entry("docker compose down -v", DOCKER),
          Map.entry(
              "kubectl kustomize deploy/kubernetes/overlays/keda",
              "KubernetesOverlaysTest, where it is installed"),
          Map.entry(
              "kubectl create configmap sluice-database-ca --from-file=ca.crt", "needs a cluster"),
          Map.entry("mvn verify", "it is what runs this"),
          Map.entry("mvn spotless:apply", "it changes the sources, which mvn verify checks"),
          Map.entry("apt-get install chromium chromium-driver", "changes the machine"),
          Map.entry("npm ci", "UpstreamExamplesIT"),
          Map.entry("npm run build", "UpstreamExamplesIT"),
          Map.entry("npm start", "UpstreamExamplesIT"),
          Map.entry("promtool test rules", "PromtoolTest"),
          Map.entry("promtool test rules alerts_test.yml", "PromtoolTest"),
          Map.entry(
              "kcat -b localhost:9092 -t sluice.campaign-events",
              "KafkaRightsIT: it waits for more; kcat reads every topic there"),
          Map.entry("openssl rand -base64 32", "makes a random secret, without Sluice"),
          Map.entry("openssl rand -hex 32", "makes a random password, without Sluice"),
          Map.entry("kafka-features.sh upgrade --release-version 4.0", KAFKA),
          Map.entry("kafka-configs --alter", KAFKA),
          Map.entry("kafka-configs --alter --add-config compression.type=uncompressed", KAFKA),
          Map.entry("kafka-topics --alter", KAFKA),
          Map.entry(
              "kafka-consumer-groups --reset-offsets --to-datetime …"
                  + " --topic sluice.send-results --execute",
              KAFKA),
          Map.entry("kafka-transactions.sh abort", KAFKA),
          Map.entry("kafka-transactions.sh find-hanging --broker-id <id>", KAFKA));

  private RunElsewhere() {}

  /** Returns the names of the tests that run them. */
  static Stream<String> tests() {
    return Stream.concat(COMMANDS.values().stream(), OTHERS.values().stream())
        .flatMap(reason -> TEST.matcher(reason).results().map(MatchResult::group))
        .distinct();
  }
}
