package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Commands that talk to a console, as typed by people. */
class ConsoleCommandsTest {
  private static final String MESSAGE = "{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}";
  private static final String TOKEN = "0123456789abcdef";

  private static final Sandbox SANDBOX = Sandbox.create(1);
  private static Console console;
  private static Console guarded;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    console = console(Optional.empty());
    guarded = console(Optional.of(TOKEN));
  }

  @AfterAll
  static void stop() {
    console.close();
    guarded.close();
  }

  @Test
  void aSenderKeepsWhatIsNotGiven() {
    assertThat(run("sender", "put", "kept", "--address", "123", "--daily-limit", "500")).isZero();
    assertThat(run("sender", "put", "kept", "--rate", "20")).isZero();
    assertThat(run("sender", "put", "kept", "--lanes", "2")).isZero();

    JsonNode sender = read("/api/senders/kept");
    assertThat(sender.path("address").asString()).isEqualTo("123");
    assertThat(sender.path("provider").asString()).isEqualTo("whatsapp");
    assertThat(sender.path("ratePerSecond").asDouble()).isEqualTo(20);
    assertThat(sender.path("lanes").asInt()).isEqualTo(2);
    assertThat(sender.path("dailyLimit").asInt()).isEqualTo(500);

    assertThat(run("sender", "put", "kept", "--daily-limit", "none")).isZero();
    assertThat(read("/api/senders/kept").path("dailyLimit").isNull()).isTrue();
    assertThat(read("/api/senders/kept").path("ratePerSecond").asDouble()).isEqualTo(20);
  }

  @Test
  void aNewSenderNeedsAnAddressAndNothingElse() {
    assertThat(run("sender", "put", "fresh", "--rate", "20")).isEqualTo(1);
    assertThat(err.toString()).contains("address");
    assertThat(run("sender", "put", "fresh", "--address", "123")).isZero();
    assertThat(read("/api/senders/fresh").path("ratePerSecond").asDouble()).isEqualTo(80);

    assertThat(run("sender", "put", "fresh", "--daily-limit", "many")).isEqualTo(2);
    assertThat(err.toString()).contains("a number of people or none");
  }

  @Test
  void aMessageIsReadFromAFileAndTheBeginningOfAnIdIsEnough() throws IOException {
    run("sender", "put", "s", "--address", "123");
    Path message = Files.writeString(folder.resolve("message.json"), MESSAGE);
    out.getBuffer().setLength(0);

    assertThat(
            run("campaign", "create", "--name", "x", "--sender", "s", "--message", "@" + message))
        .as(err.toString())
        .isZero();
    String id = out.toString().strip();
    String brief = id.substring(0, 8);
    assertThat(read("/api/campaigns/" + id).path("message"))
        .isEqualTo(Json.MAPPER.readTree(MESSAGE));

    Path csv = Files.writeString(folder.resolve("people.csv"), "phone,name\n+5511960000001,Ana\n");
    assertThat(run("campaign", "import", brief, csv.toString())).isZero();
    assertThat(run("campaign", "status", brief)).isZero();
    assertThat(out.toString()).contains("1 added").contains("recipients   1");
    assertThat(run("campaign", "errors", brief)).isZero();
    assertThat(run("campaign", "duplicate", brief, "--recipients", "all")).isZero();
    String copy = out.toString().strip().lines().toList().getLast();
    assertThat(read("/api/campaigns/" + copy).path("total").asInt()).isEqualTo(1);
    assertThat(run("campaign", "archive", copy)).isZero();
    out.getBuffer().setLength(0);
    assertThat(run("campaign", "list")).isZero();
    assertThat(out.toString()).contains(id).doesNotContain(copy);
    assertThat(run("campaign", "list", "--archived")).isZero();
    assertThat(out.toString()).contains(copy);
    Path export = folder.resolve("export.csv");
    assertThat(run("campaign", "export", brief, export.toString())).isZero();
    assertThat(export).content().contains("+5511960000001,,PENDING,").contains(",Ana");
    assertThat(run("campaign", "export", brief, "--status", "FAILED,READ", export.toString()))
        .isZero();
    assertThat(export).content().doesNotContain("Ana");
    assertThat(run("campaign", "test", brief, "--variable", "name=Bia", "+5511960000001")).isZero();
    assertThat(out.toString()).contains("on its way to +5511960000001");
    assertThat(run("campaign", "start", brief)).isZero();
    assertThat(out.toString()).contains("start is on its way to " + id);

    assertThat(run("campaign", "status", "00000000")).isEqualTo(1);
    assertThat(err.toString()).contains("There is no campaign 00000000");
  }

  @Test
  void anEditChangesWhatIsGivenAndTakesAwayWhatIsToBeNone() throws IOException {
    run("sender", "put", "s", "--address", "123");
    run(
        "campaign",
        "create",
        "--name",
        "x",
        "--sender",
        "s",
        "--message",
        MESSAGE,
        "--window",
        "09:00-20:00",
        "--external-id",
        "edited",
        "--priority",
        "3");
    String id = out.toString().strip().lines().toList().getLast();
    Path message = Files.writeString(folder.resolve("new.json"), MESSAGE.replace("Hi", "Hello"));

    assertThat(
            run(
                "campaign",
                "edit",
                id.substring(0, 8),
                "--name",
                "y",
                "--message",
                "@" + message,
                "--scheduled-at",
                "2099-01-01T00:00:00Z"))
        .as(err.toString())
        .isZero();
    JsonNode edited = read("/api/campaigns/" + id);
    assertThat(out.toString()).contains(id + " is changed: name, message, scheduledAt");
    assertThat(edited.path("name").asString()).isEqualTo("y");
    assertThat(edited.at("/message/text/body").asString()).isEqualTo("Hello {{name}}");
    assertThat(edited.path("status").asString()).isEqualTo("SCHEDULED");
    assertThat(edited.path("windowStart").asString()).startsWith("09:00");
    assertThat(edited.path("externalId").asString()).isEqualTo("edited");
    assertThat(edited.path("priority").asInt()).isEqualTo(3);

    assertThat(
            run(
                "campaign",
                "edit",
                id,
                "--scheduled-at",
                "none",
                "--window",
                "none",
                "--external-id",
                "none",
                "--on-doubt",
                "resend"))
        .isZero();
    edited = read("/api/campaigns/" + id);
    assertThat(edited.path("status").asString()).isEqualTo("DRAFT");
    assertThat(edited.path("windowStart").isNull()).isTrue();
    assertThat(edited.path("externalId").isNull()).isTrue();
    assertThat(edited.path("onDoubt").asString()).isEqualTo("RESEND");
    assertThat(edited.path("name").asString()).isEqualTo("y");

    assertThat(run("campaign", "edit", id)).isEqualTo(2);
    assertThat(err.toString()).contains("nothing is to be changed");
    assertThat(run("campaign", "edit", id, "--scheduled-at", "tomorrow")).isEqualTo(2);
    assertThat(err.toString()).contains("is no time like");
  }

  @Test
  void anEditForgivesMissingVariablesOnlyIfItIsTold() throws IOException {
    run("sender", "put", "s", "--address", "123");
    run("campaign", "create", "--name", "x", "--sender", "s", "--message", MESSAGE);
    String id = out.toString().strip().lines().toList().getLast();
    Path csv = Files.writeString(folder.resolve("nameless.csv"), "phone\n+5511960000001\n");
    run("campaign", "import", id, csv.toString());
    String[] scheduled = {"campaign", "edit", id, "--scheduled-at", "2099-01-01T00:00:00Z"};

    assertThat(run(scheduled)).isEqualTo(1);
    assertThat(err.toString()).contains("\"name\" (1)");
    assertThat(
            run(
                Stream.concat(Stream.of(scheduled), Stream.of("--accept-missing"))
                    .toArray(String[]::new)))
        .isZero();
    assertThat(read("/api/campaigns/" + id).path("status").asString()).isEqualTo("SCHEDULED");
  }

  /** A sender's id must not address another sender. */
  @ParameterizedTest
  @ValueSource(strings = {"exact#2", "exact?x=1", "x/../exact", "exact%23"})
  void anOddSenderIsRefusedAndNoOtherOneChanged(String odd) {
    run("sender", "put", "exact", "--address", "123", "--rate", "20");

    assertThat(run("sender", "put", odd, "--address", "9", "--rate", "5")).isEqualTo(1);
    assertThat(run("sender", "unblock", odd)).isEqualTo(1);
    assertThat(err.toString().strip().lines()).hasSize(2);
    assertThat(read("/api/senders/exact").path("ratePerSecond").asDouble()).isEqualTo(20);
    assertThat(read("/api/senders/exact").path("address").asString()).isEqualTo("123");
  }

  @Test
  void anExportReplacesTheFileWhole() throws IOException {
    Path numbers = Files.writeString(folder.resolve("numbers.csv"), "phone\n+5511970000042\n");
    assertThat(run("suppression", "import", numbers.toString())).isZero();
    Path file = Files.writeString(folder.resolve("out.csv"), "of yesterday");

    assertThat(run("suppression", "export", file.toString())).isZero();

    assertThat(file).content().startsWith("phone,reason,createdAt").contains("+5511970000042");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void anExportThatFailsLeavesTheFileThatWasThere() throws IOException {
    Path file = Files.writeString(folder.resolve("out.csv"), "of yesterday");

    assertThat(runAt(guarded, "suppression", "export", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("set SLUICE_API_TOKEN");
    try (ServerSocket breaksOff = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread server = Thread.ofVirtual().start(() -> answerHalf(breaksOff));
      String url = "http://localhost:" + breaksOff.getLocalPort();
      assertThat(runAt(null, "suppression", "export", file.toString(), "--url", url)).isEqualTo(1);
      server.interrupt();
    }

    assertThat(file).content().isEqualTo("of yesterday");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  private static void answerHalf(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().read();
      socket
          .getOutputStream()
          .write(
              "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 99\r\n\r\nphone"
                  .getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLiftThatDoesNotReachEverythingSaysWhatDoes() {
    try (Database database = new Database(SANDBOX.owner(), 1, "test", new SimpleMeterRegistry())) {
      database
          .sql()
          .execute(
              """
              INSERT INTO sluice.alias (phone, name) VALUES ('+5511970000051', '+551170000051');
              INSERT INTO sluice.said (name, at, reason)
                VALUES ('+551170000050', '2026-01-01', 'opt-out message');
              INSERT INTO sluice.renamed (before, now, at)
                VALUES ('+551170000050', '+551170000051', '2026-01-02'),
                  ('+551170000051', '+551170000052', '2026-01-03');
              INSERT INTO sluice.opt_out (name, reason, created_at)
                VALUES ('+551170000051', 'opt-out message', '2026-01-01')
              """);
    }

    assertThat(run("suppression", "lift", "+5511970000051", "--reason", "she called")).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo(
            "sluice suppression lift: +5511970000051 is lifted, and its person still gets nothing"
                + " because of +551170000051 (opt-out message): lift +551170000051 too.");

    assertThat(run("suppression", "lift", "+551170000051", "--reason", "she called")).isZero();
    assertThat(out.toString()).contains("gets messages again");
  }

  @Test
  void aFolderIsSaidToBeOne() {
    for (String[] command :
        new String[][] {
          {"campaign", "import", "00000000-0000-4000-8000-000000000000", folder.toString()},
          {"suppression", "import", folder.toString()},
          {"suppression", "export", folder.toString()},
          {"campaign", "create", "--name", "x", "--sender", "s", "--message", "@" + folder}
        }) {
      err.getBuffer().setLength(0);
      assertThat(run(command)).as(String.join(" ", command)).isEqualTo(2);
      assertThat(err.toString()).contains(folder + " is a folder");
    }
  }

  /** Names may contain anything, and terminals interpret control characters. */
  @ParameterizedTest
  @ValueSource(strings = {"table", "json"})
  void namesDoNotSteerTheTerminal(String output) {
    run("sender", "put", "s", "--address", "123");
    String name = "Sp\u001b[2J\u009b31mring\u202e\r\n";
    run("campaign", "create", "--name", name + "x", "--sender", "s", "--message", MESSAGE);
    String id = out.toString().strip().lines().toList().getLast();

    assertThat(run("campaign", "list", "--output", output)).isZero();
    assertThat(run("campaign", "status", id, "--output", output)).isZero();

    assertThat(out.toString())
        .contains("31mring")
        .doesNotContain("\u001b", "\u009b", "\u202e", "\r")
        .doesNotContainPattern("ring\\s*\nx");
  }

  @Test
  void whatIsSentIsCountedBeforeItIsWritten() {
    JsonNode campaign =
        Json.MAPPER.readTree(
            "{\"total\":20,\"pending\":20,\"unwritten\":{\"sent\":7,\"failed\":1},"
                + "\"perSecond\":1.96}");

    assertThat(CampaignCommands.settled(campaign)).isEqualTo(8);
    assertThat(CampaignCommands.pace(campaign)).isEqualTo(" 2.0/s");
    assertThat(CampaignCommands.settled(Json.MAPPER.readTree("{\"total\":20,\"pending\":5}")))
        .isEqualTo(15);
    assertThat(CampaignCommands.pace(Json.MAPPER.readTree("{\"perSecond\":null}"))).isEmpty();
  }

  @Test
  void whatTheConsoleDidNotCountOrLookThroughIsSaid() throws IOException {
    assertThat(CampaignCommands.count(Json.MAPPER.readTree("20"))).isEqualTo("20");
    assertThat(CampaignCommands.count(Json.MAPPER.readTree("null"))).isEqualTo("uncounted");
    HttpServer busy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    busy.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(202, 0);
          try (var body = exchange.getResponseBody()) {
            body.write("{\"unchecked\":true}".getBytes(StandardCharsets.UTF_8));
          }
        });
    busy.start();
    String url = "http://localhost:" + busy.getAddress().getPort();
    String id = "00000000-0000-4000-8000-000000000000";

    assertThat(runAt(null, "campaign", "start", id, "--url", url)).isZero();
    assertThat(runAt(null, "campaign", "edit", id, "--name", "x", "--url", url)).isZero();
    busy.stop(0);

    assertThat(out.toString().lines())
        .filteredOn(line -> line.startsWith("not all recipients could be looked through in time"))
        .hasSize(2);
  }

  @Test
  void theShellCompletesCommandsAndOptions() {
    assertThat(
            Sluice.complete(Sluice.commandLine())
                .setOut(new PrintWriter(out, true))
                .execute("generate-completion"))
        .isZero();

    assertThat(out.toString()).contains("complete -F _complete_sluice", "--idempotency-key");
  }

  @Test
  void aConsoleThatAsksForItsTokenIsToldAsSuch() {
    assertThat(runAt(guarded, "campaign", "list")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualTo(
            "sluice campaign list: the console asks for its token; set SLUICE_API_TOKEN or"
                + " SLUICE_API_TOKEN_FILE\n");
  }

  @Test
  void whatIsNoConsoleIsToldAsSuch() {
    assertThat(runAt(null, "campaign", "list", "--url", "http://localhost:1")).isEqualTo(1);
    assertThat(err.toString().strip())
        .isEqualTo("sluice campaign list: no answer from the console at http://localhost:1");
  }

  private int run(String... arguments) {
    return runAt(console, arguments);
  }

  private int runAt(@org.jspecify.annotations.Nullable Console at, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    if (at != null) {
      all.addAll(List.of("--url", "http://localhost:" + at.port()));
    }
    return Sluice.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private static JsonNode read(String path) {
    try (ConsoleClient client = new ConsoleClient("http://localhost:" + console.port())) {
      return client.get(path);
    }
  }

  private static Console console(Optional<String> token) {
    return new Console(
        new ConsoleConfig(
            SANDBOX.kafka(),
            SANDBOX.as(ServiceRole.CONSOLE),
            0,
            token,
            Optional.empty(),
            WebhookConfig.NONE),
        new Health(),
        new SimpleMeterRegistry(),
        settings -> {});
  }
}
