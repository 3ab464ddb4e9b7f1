package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.Sluice;
import dev.sluice.conformance.DocumentedCommands.Documented;
import dev.sluice.local.FreePort;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Types every command of README and the other documents beside a Sluice that runs, with real ids,
 * except for those {@link RunElsewhere}.
 */
@EnabledOnOs(OS.LINUX)
class DocumentedCommandsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CLOSED = 7;
  private static final String MESSAGE =
      "{\"type\":\"text\",\"text\":{\"body\":\"Hi {{first_name}}\"}}";

  private static final Path KCAT = Path.of("/usr/bin/kcat");

  /** A record as the documents give it to kcat. */
  private static final Pattern RECORD =
      Pattern.compile("echo '([^:]+):(.*)' \\| +kcat .* -t (\\S+) .*");

  private static final Set<String> CLIENTS =
      Set.of("campaign", "sender", "suppression", "template", "window", "dead-letters");

  @TempDir private Path folder;

  private final int kafkaPort = FreePort.next();
  private final int simulatorPort = FreePort.next();
  private final int consolePort = FreePort.next();
  private final String console = "localhost:" + consolePort;
  private final List<String> ports =
      List.of(
          "--kafka-port=" + kafkaPort,
          "--database-port=" + FreePort.next(),
          "--simulator-port=" + simulatorPort,
          "--http-port=" + consolePort);
  private final KafkaConfig kafka = KafkaConfig.of("localhost:" + kafkaPort);
  private final Set<String> done = new TreeSet<>();
  private Terminal terminal;

  @Test
  void eachDoesWhatTheDocumentsSay() throws Exception {
    try (Running servers = local("local --infrastructure-only")) {
      terminal = new Terminal(servers.exports(), "http://" + console);
      assertThat(inBash("migrate")).contains("0 migration(s) applied");
      assertThat(inBash("migrate --partitions N")).contains("0 migration(s) applied");
      closePartition();
    }
    try (Running _ = local("local")) {
      openPartition();
      String campaign = firstCampaign();
      lookAt(campaign);
      String second = campaignWithEverything();
      heldCampaign();
      senders();
      suppressions();
      deadLetters();
      type("campaign resend ID --unconfirmed", second);
      assertThat(type("campaign list")).contains(campaign.substring(0, 8), second.substring(0, 8));
    }
    simulator();
    withoutServers();

    assertThat(leaves())
        .allMatch(
            leaf -> terminal.typed().stream().anyMatch(line -> (line + " ").contains(leaf + " ")));
    assertThat(DocumentedCommands.all().filter(documented -> !isRun(documented))).isEmpty();
    assertThat(DocumentedCommands.lines().filter(line -> !line.contains("./sluice ")))
        .allMatch(line -> done.contains(line) || RunElsewhere.COMMANDS.containsKey(line));
  }

  private Running local(String command) {
    done.add(command);
    return new Running(
        command,
        out -> out.contains("# Ctrl-C stops everything"),
        Stream.concat(ports.stream(), Stream.of("--data=" + folder.resolve("data")))
            .toArray(String[]::new));
  }

  /** Makes it unknown what was sent from a partition. */
  private void closePartition() throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin
          .alterConsumerGroupOffsets(
              kafka.topics().workerGroup(),
              Map.of(
                  new TopicPartition(kafka.topics().sendRequests(), CLOSED),
                  new OffsetAndMetadata(0, "not a window")))
          .all()
          .get();
    }
  }

  private void openPartition() {
    assertThat(type("window show")).containsOnlyOnce("CLOSED");
    assertThat(type("window reset --partition 7")).contains("would be (add --yes to do it)");
    assertThat(type("window reset --partition 7 --yes")).contains("are now in doubt");
    assertThat(type("window show")).doesNotContain("CLOSED");
  }

  /** The README's campaign: a sender, a campaign, its recipients and its start over HTTP. */
  private String firstCampaign() throws Exception {
    List<String> requests =
        DocumentedCommands.lines().filter(line -> line.startsWith("curl -X")).toList();
    assertThat(requests).hasSize(4);
    assertThat(request(requests.get(0), "")).contains("\"brazil\"");
    String campaign = Json.MAPPER.readTree(request(requests.get(1), "")).path("id").asString();
    assertThat(request(requests.get(2), campaign)).contains("\"accepted\":3");
    assertThat(request(requests.get(3), campaign)).contains(campaign);
    assertThat(type("campaign watch", campaign))
        .containsPattern("status +COMPLETED")
        .containsPattern("recipients +3");
    return campaign;
  }

  private String request(String line, String campaign) throws Exception {
    done.add(line);
    return terminal.bash(
        line.replace("curl ", "curl -sS --fail-with-body ")
            .replace("localhost:8080", console)
            .replace("<phone number id>", "1065403")
            .replace("<id>", campaign)
            .replace("people.csv", people(3).toString()));
  }

  private Path people(int number) throws IOException {
    List<String> lines = new ArrayList<>(List.of("phone,first_name"));
    IntStream.range(0, number).forEach(i -> lines.add("+55119600%05d,Ana".formatted(i)));
    return Files.write(folder.resolve("people.csv"), lines);
  }

  private void lookAt(String campaign) {
    assertThat(type("campaign status", campaign)).containsPattern("name +Spring");
    assertThat(type("campaign errors ID", campaign)).contains("WHAT IT MEANS");
    assertThat(type("campaign replies", campaign)).contains("NUMBER");
    Path export = folder.resolve("export.csv");
    type("campaign export", campaign, export.toString());
    assertThat(export).content().contains("+5511960000000");
  }

  /** A campaign that a record on Kafka starts, as other programs do. */
  private String campaignWithEverything() throws Exception {
    String campaign =
        type("campaign create", "--name=Summer", "--sender=brazil", "--message=" + MESSAGE).strip();
    type("campaign edit", campaign, "--priority=2");
    assertThat(type("campaign import", campaign, people(2).toString())).contains("2 added");
    assertThat(type("campaign test", campaign, "--variable=first_name=Ana", "+5511960000009"))
        .containsPattern("\\+5511960000009 +(SENT|DELIVERED|READ)");
    assertThat(inBash("campaign repair ID", campaign)).contains("nothing to repair");
    startByRecord(campaign);
    assertThat(type("campaign watch", campaign)).containsPattern("status +COMPLETED");
    return campaign;
  }

  /** With kcat itself where it is installed; CI has it. */
  private void startByRecord(String campaign) throws Exception {
    String documented =
        DocumentedCommands.lines().filter(one -> one.contains("kcat ")).findFirst().orElseThrow();
    done.add(documented);
    String line = documented.replace("<campaign id>", campaign);
    Matcher record = RECORD.matcher(line);
    assertThat(record.matches()).isTrue();
    if (Files.isExecutable(KCAT)) {
      terminal.bash(line.replace("localhost:9092", kafka.bootstrapServers()));
    } else {
      write(new ProducerRecord<>(record.group(3), record.group(1), record.group(2)));
    }
  }

  private void heldCampaign() throws Exception {
    terminal.sluice("sender", "put", "slow", "--address=1065404", "--rate=1");
    String draft =
        type("campaign create", "--name=Autumn", "--sender=slow", "--message=" + MESSAGE).strip();
    type("campaign import", draft, people(40).toString());
    String campaign = type("campaign duplicate", draft, "--recipients=all").strip();
    assertThat(type("campaign archive", draft)).contains("out of sight");
    assertThat(type("campaign start", campaign)).contains("start is on its way");
    awaitStatus(campaign, "SENDING");
    type("campaign pause", campaign);
    awaitStatus(campaign, "PAUSED");
    assertThat(inBash("campaign repair ID --yes", campaign))
        .contains("still to be queued by the producer");
    assertThat(type("campaign resume ID", campaign)).contains("resume is on its way");
    awaitStatus(campaign, "SENDING");
    type("campaign cancel", campaign);
    awaitStatus(campaign, "CANCELLED");
  }

  private void awaitStatus(String campaign, String status) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            terminal
                .sluice("campaign", "status", campaign)
                .matches("(?s).*status +" + status + ".*"));
  }

  private void senders() {
    assertThat(type("sender list")).contains("brazil", "slow");
    assertThat(type("sender put ID --daily-limit N", "brazil")).contains("brazil is saved");
    assertThat(type("sender put ID --frequency-cap 3/7", "brazil")).contains("brazil is saved");
    assertThat(type("sender unblock ID", "brazil")).contains("brazil may send again");
    terminal.sluice("sender", "put", "brazil", "--account=102");
    assertThat(type("template list SENDER", "brazil")).contains("hello_world");
  }

  private void suppressions() throws Exception {
    Path numbers = Files.writeString(folder.resolve("numbers.csv"), "phone\n+5511970000042\n");
    assertThat(type("suppression import", numbers.toString())).contains("1 added");
    type("suppression export", folder.resolve("suppressed.csv").toString());
    assertThat(folder.resolve("suppressed.csv")).content().contains("+5511970000042");
    assertThat(type("suppression lift", "+5511970000042")).contains("gets messages again");
  }

  private void deadLetters() throws Exception {
    write(new ProducerRecord<>(kafka.topics().campaignCommands(), "x", "not JSON"));
    await().atMost(PATIENCE).until(() -> type("dead-letters list").contains("not JSON"));
    String letter = terminal.sluice("dead-letters", "list").strip();
    String number = letter.substring(0, letter.indexOf(' '));
    assertThat(type("dead-letters replay --number 3,17", number))
        .contains("is back on sluice.campaign-commands");

    DeadLetter stuck = new DeadLetter(kafka.topics().sendResults(), -1, -1, "no room: locked");
    write(
        new ProducerRecord<>(
            kafka.topics().deadLetters(), null, "x", "{}", TextHeader.all(stuck.headers())));
    String replayAll =
        DocumentedCommands.lines().filter(line -> line.contains("xargs")).findFirst().orElseThrow();
    done.add("dead-letters replay --number 7");
    assertThat(terminal.bash(replayAll)).contains("is back on sluice.send-results");
  }

  private void write(ProducerRecord<String, String> record) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new StringSerializer(), new StringSerializer())) {
      producer.send(record).get();
    }
  }

  private void simulator() throws Exception {
    Path certificate = folder.resolve("ca.pem");
    String command = "simulator --tls-certificate ca.pem --trouble 1065403=silence";
    done.add(command);
    try (Running _ =
        new Running(
            command.replace("ca.pem", certificate.toString()),
            _ -> !FreePort.free(InetAddress.getLoopbackAddress(), simulatorPort),
            "--http-port=" + simulatorPort)) {
      String line =
          DocumentedCommands.lines()
              .filter(one -> one.startsWith("curl --cacert"))
              .findFirst()
              .orElseThrow();
      done.add(line);
      terminal.bash(
          line.replace("curl ", "curl -sS --fail-with-body ")
              .replace("ca.pem", certificate.toString())
              .replace("8099", Integer.toString(simulatorPort)));
    }
  }

  private void withoutServers() throws Exception {
    done.add("generate-completion");
    assertThat(terminal.bash("source <(./sluice generate-completion) && complete -p sluice"))
        .contains("_complete_sluice");
    assertThat(type("benchmark list")).contains("pipeline");
    done.add("<command> --help");
    for (String command : Sluice.complete(Sluice.commandLine()).getSubcommands().keySet()) {
      assertThat(type(command + " --help")).contains("Usage: sluice " + command);
    }
  }

  /**
   * Types a documented command.
   *
   * @param more the id or number that stands for those of the document, if it has one; then more
   *     words
   */
  private String type(String documented, String... more) {
    return terminal.sluice(words(documented, more).toArray(String[]::new));
  }

  private String inBash(String documented, String... more) throws Exception {
    return terminal.bash("./sluice " + String.join(" ", words(documented, more)));
  }

  private List<String> words(String documented, String... more) {
    done.add(documented);
    List<String> left = new ArrayList<>(List.of(more));
    List<String> words = new ArrayList<>();
    for (String word : List.of(documented.split(" "))) {
      switch (word) {
        case "ID", "SENDER", "3,17" -> words.add(left.removeFirst());
        case "N" -> words.add("24");
        default -> words.add(word);
      }
    }
    words.addAll(left);
    return words;
  }

  /** Returns whether a command was run; one that is only named, whether it was with arguments. */
  private boolean isRun(Documented documented) {
    Set<String> run = new TreeSet<>(done);
    run.addAll(RunElsewhere.COMMANDS.keySet());
    return documented.complete()
        ? run.contains(documented.text())
        : run.stream().anyMatch(one -> hasAll(List.of(one.split(" ")), documented.text()));
  }

  private static boolean hasAll(List<String> words, String named) {
    return words.containsAll(List.of(named.split(" ")));
  }

  /** Returns the commands of clients, like {@code campaign create}. */
  private static Stream<String> leaves() {
    CommandLine sluice = Sluice.commandLine();
    return CLIENTS.stream()
        .flatMap(client ->
            sluice.getSubcommands().get(client).getSubcommands().keySet().stream()
                .map(leaf -> client + " " + leaf));
  }
}
