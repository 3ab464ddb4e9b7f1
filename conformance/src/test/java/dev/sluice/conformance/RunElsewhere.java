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
          Map.entry(
              "worker --http-provider sms.json",
              "TakenPortsTest: a role; DocumentedProviderTest reads the file"),
          Map.entry("user hash", "UserCommandsTest: it asks for a password"),
          Map.entry("user hash ana:manager", "UserCommandsTest: it asks for a password"),
          Map.entry("benchmark chaos", "ChaosIT, shorter"),
          Map.entry("benchmark chaos --seed 1", "ChaosIT, shorter"),
          Map.entry("benchmark chaos --kills 0 --freezes 6", "ChaosIT, shorter"),
          Map.entry("benchmark neighbours", "NeighboursIT, shorter"),
          Map.entry("benchmark neighbours --same-sender", WEEKLY),
          Map.entry("benchmark outages", "OutageIT, shorter"),
          Map.entry("benchmark outages --away 60", "OutageIT, shorter"),
          Map.entry("benchmark outages --only POSTGRESQL --away 600", "OutageIT, shorter"),
          Map.entry("benchmark neighbours --only SILENT_PROVIDER", "NeighboursIT, shorter"),
          Map.entry("benchmark neighbours --only console", "CrowdedConsoleIT, shorter"),
          Map.entry("benchmark steering", "SteeringIT, shorter"),
          Map.entry("benchmark simulate --schedules 1000000", "SimulationTest, fewer"),
          Map.entry("benchmark simulate --schedules 100000", WEEKLY),
          Map.entry("benchmark holding --kills 10", WEEKLY),
          Map.entry("benchmark scaling", WEEKLY),
          Map.entry("benchmark scaling --only ROLLING_RESTART", ".ci/measure, with the rest of it"),
          Map.entry("benchmark tls", WEEKLY),
          Map.entry("benchmark client", WEEKLY),
          Map.entry("benchmark worker", WEEKLY),
          Map.entry("benchmark run NAME --size N --json", "stands for those below"),
          Map.entry("benchmark run pipeline", WEEKLY),
          Map.entry("benchmark run pipeline --size 60000", WEEKLY),
          Map.entry("benchmark run fan-out --size 60000", WEEKLY),
          Map.entry("benchmark run status", WEEKLY),
          Map.entry("benchmark run export", WEEKLY),
          Map.entry("benchmark run import", WEEKLY),
          Map.entry("benchmark run seed", WEEKLY),
          Map.entry("benchmark run rate", WEEKLY),
          Map.entry("benchmark run takeover", WEEKLY),
          Map.entry("benchmark run scale", WEEKLY),
          Map.entry("benchmark rates", WEEKLY),
          Map.entry("benchmark throttling", WEEKLY),
          Map.entry("benchmark receipts", WEEKLY),
          Map.entry("benchmark import", WEEKLY),
          Map.entry("benchmark soak", WEEKLY));

  private static final String DOCKER =
      "needs Docker; ci.yml builds all images and starts the compose file";
  private static final String KAFKA = "KafkaScriptsIT: the programs that the scripts start";

  /** The commands of other programs, and our scripts. */
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
              "kubectl create configmap sluice-database-ca --from-file=ca.crt",
              "KubernetesTest, without a cluster, where it is installed"),
          Map.entry("mvn verify", "it is what runs this"),
          Map.entry("mvn verify -Pweekly", "ci.yml, once a week"),
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
          Map.entry("openssl rand -base64 32", "SecretsTest"),
          Map.entry("openssl rand -hex 32", "SecretsTest"),
          Map.entry("deploy/image/verify", "ImageIT"),
          Map.entry(
              "deploy/grafana/picture/draw", "by hand: minutes of Prometheus, for a new picture"),
          Map.entry(".ci/kubectl", ".ci/run, for KubernetesOverlaysTest"),
          Map.entry(".ci/measure", "measure.yml, once a week"),
          Map.entry(".ci/pictures", "by hand, as its pictures are looked at"),
          Map.entry(".ci/checkers", ".ci/run and ci.yml, for PromtoolTest and the like"),
          Map.entry(
              ".ci/references",
              "it writes what TablesReferenceTest and ConfigurationReferenceTest compare"),
          Map.entry(".ci/supply-chain", "ci.yml"),
          Map.entry(
              "kafka-configs.sh --alter --topic TOPIC --add-config"
                  + " compression.type=uncompressed",
              KAFKA),
          Map.entry(
              "kafka-configs.sh --alter --topic sluice.controls --add-config"
                  + " cleanup.policy=[compact,delete]",
              KAFKA),
          Map.entry(
              "kafka-configs.sh --alter --topic sluice.controls --add-config"
                  + " cleanup.policy=compact",
              KAFKA),
          Map.entry(
              "kafka-configs.sh --alter --topic sluice.replies --add-config"
                  + " retention.ms=1209600000",
              KAFKA),
          Map.entry(
              "kafka-consumer-groups.sh --group sluice.status-aggregator --topic"
                  + " sluice.send-results --reset-offsets --to-datetime YYYY-MM-DDThh:mm:ss.sssZ --execute",
              KAFKA),
          Map.entry("kafka-delete-records.sh --offset-json-file offsets.json", KAFKA),
          Map.entry("kafka-dump-log.sh --files LOG", KAFKA),
          Map.entry("kafka-features.sh upgrade --release-version 4.0", KAFKA),
          Map.entry("kafka-topics.sh --alter --topic sluice.send-requests --partitions N", KAFKA),
          Map.entry(
              "kafka-transactions.sh abort --topic sluice.send-requests --partition N"
                  + " --start-offset OFFSET",
              KAFKA),
          Map.entry("kafka-transactions.sh find-hanging --broker-id ID", KAFKA));

  private RunElsewhere() {}

  /** Returns the names of the tests that run them. */
  static Stream<String> tests() {
    return Stream.concat(COMMANDS.values().stream(), OTHERS.values().stream())
        .flatMap(reason -> TEST.matcher(reason).results().map(MatchResult::group))
        .distinct();
  }
}
