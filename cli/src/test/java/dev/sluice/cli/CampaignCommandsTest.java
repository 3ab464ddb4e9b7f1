package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Tests the commands that manage a campaign. */
class CampaignCommandsTest {
  private final Terminal terminal = new Terminal();

  @TempDir private Path folder;

  @Test
  void aMessageIsReadFromAFileAndTheBeginningOfAnIdIsEnough() throws IOException {
    terminal.run("sender", "put", "s", "--address", "123");
    Path message = Files.writeString(folder.resolve("message.json"), TestConsole.MESSAGE);
    terminal.clear();

    assertThat(
            terminal.run(
                "campaign", "create", "--name", "x", "--sender", "s", "--message", "@" + message))
        .as(terminal.err())
        .isZero();
    String id = terminal.out().strip();
    String brief = id.substring(0, 8);
    assertThat(TestConsole.read("/api/campaigns/" + id).path("message"))
        .isEqualTo(Json.MAPPER.readTree(TestConsole.MESSAGE));

    Path csv = Files.writeString(folder.resolve("people.csv"), "phone,name\n+5511960000001,Ana\n");
    assertThat(terminal.run("campaign", "import", brief, csv.toString())).isZero();
    assertThat(terminal.run("campaign", "status", brief)).isZero();
    assertThat(terminal.out()).contains("1 added").contains("recipients   1");
    assertThat(terminal.run("campaign", "errors", brief)).isZero();
    assertThat(terminal.run("campaign", "replies", brief)).isZero();
    assertThat(terminal.run("campaign", "duplicate", brief, "--recipients", "all")).isZero();
    String copy = terminal.out().strip().lines().toList().getLast();
    assertThat(TestConsole.read("/api/campaigns/" + copy).path("total").asInt()).isEqualTo(1);
    terminal.clear();
    assertThat(terminal.run("campaign", "duplicate", brief, "--idempotency-key", "k1")).isZero();
    assertThat(terminal.run("campaign", "duplicate", brief, "--idempotency-key", "k1")).isZero();
    assertThat(terminal.out().lines())
        .hasSize(2)
        .containsOnly(terminal.out().lines().toList().getFirst());
    assertThat(terminal.run("campaign", "archive", copy)).isZero();
    String briefCopy = copy.substring(0, 8);
    terminal.clear();
    assertThat(terminal.run("campaign", "list")).isZero();
    assertThat(terminal.out()).contains(brief + "  DRAFT ").doesNotContain(id, briefCopy);
    assertThat(terminal.run("campaign", "list", "--archived")).isZero();
    assertThat(terminal.out()).contains(briefCopy);
    assertThat(terminal.run("campaign", "list", "--output", "json")).isZero();
    assertThat(terminal.out()).contains(id);
    terminal.clear();
    assertThat(terminal.run("campaign", "list", "--search", "X & nobody's")).isZero();
    assertThat(terminal.run("campaign", "list", "--status", "paused")).isZero();
    assertThat(terminal.run("campaign", "list", "--until", "2020-01-01T00:00:00Z")).isZero();
    assertThat(terminal.run("campaign", "list", "--from", "2999-01-01T00:00:00Z")).isZero();
    assertThat(terminal.out()).doesNotContain(brief);
    assertThat(terminal.run("campaign", "list", "--search", "X", "--status", "draft")).isZero();
    assertThat(terminal.out()).contains(brief);
    Path export = folder.resolve("export.csv");
    assertThat(terminal.run("campaign", "export", brief, export.toString())).isZero();
    assertThat(export).content().contains("+5511960000001,,PENDING,").contains(",Ana");
    assertThat(
            terminal.run("campaign", "export", brief, "--status", "FAILED,READ", export.toString()))
        .isZero();
    assertThat(export).content().doesNotContain("Ana");
    assertThat(terminal.run("campaign", "export", brief, "--reason", "131049", export.toString()))
        .isZero();
    assertThat(export).content().startsWith("phone,").doesNotContain("Ana");
    assertThat(
            terminal.run(
                "campaign", "test", brief, "--variable=name=Bia", "--wait=0s", "+5511960000001"))
        .isZero();
    assertThat(terminal.out()).contains("on its way to +5511960000001");
    assertThat(terminal.run("campaign", "start", brief)).isZero();
    assertThat(terminal.out()).contains("start is on its way to " + id);

    assertThat(terminal.run("campaign", "status", "00000000")).isEqualTo(1);
    assertThat(terminal.err()).contains("There is no campaign 00000000");
  }

  @Test
  void anEditChangesWhatIsGivenAndTakesAwayWhatIsToBeNone() throws IOException {
    terminal.run("sender", "put", "s", "--address", "123");
    terminal.run(
        "campaign",
        "create",
        "--name",
        "x",
        "--sender",
        "s",
        "--message",
        TestConsole.MESSAGE,
        "--window",
        "09:00-20:00",
        "--external-id",
        "edited",
        "--local-time",
        "09:00",
        "--priority",
        "3");
    String id = terminal.out().strip().lines().toList().getLast();
    assertThat(TestConsole.read("/api/campaigns/" + id).path("localTime").asString())
        .startsWith("09:00");
    Path message =
        Files.writeString(folder.resolve("new.json"), TestConsole.MESSAGE.replace("Hi", "Hello"));

    assertThat(
            terminal.run(
                "campaign",
                "edit",
                id.substring(0, 8),
                "--name",
                "y",
                "--message",
                "@" + message,
                "--scheduled-at",
                "2099-01-01T00:00:00Z",
                "--local-time",
                "10:30"))
        .as(terminal.err())
        .isZero();
    JsonNode edited = TestConsole.read("/api/campaigns/" + id);
    assertThat(terminal.out()).contains(id + " is changed: name, message, scheduledAt, localTime");
    assertThat(edited.path("name").asString()).isEqualTo("y");
    assertThat(edited.at("/message/text/body").asString()).isEqualTo("Hello {{name}}");
    assertThat(edited.path("status").asString()).isEqualTo("SCHEDULED");
    assertThat(edited.path("windowStart").asString()).startsWith("09:00");
    assertThat(edited.path("externalId").asString()).isEqualTo("edited");
    assertThat(edited.path("localTime").asString()).startsWith("10:30");
    assertThat(edited.path("priority").asInt()).isEqualTo(3);

    assertThat(
            terminal.run(
                "campaign",
                "edit",
                id,
                "--scheduled-at",
                "none",
                "--window",
                "none",
                "--external-id",
                "none",
                "--local-time",
                "none",
                "--on-doubt",
                "resend"))
        .isZero();
    edited = TestConsole.read("/api/campaigns/" + id);
    assertThat(edited.path("status").asString()).isEqualTo("DRAFT");
    assertThat(edited.path("windowStart").isNull()).isTrue();
    assertThat(edited.path("externalId").isNull()).isTrue();
    assertThat(edited.path("localTime").isNull()).isTrue();
    assertThat(edited.path("onDoubt").asString()).isEqualTo("RESEND");
    assertThat(edited.path("name").asString()).isEqualTo("y");

    assertThat(terminal.run("campaign", "edit", id)).isEqualTo(2);
    assertThat(terminal.err()).contains("nothing is to be changed");
    assertThat(terminal.run("campaign", "edit", id, "--scheduled-at", "tomorrow")).isEqualTo(2);
    assertThat(terminal.err()).contains("is no time like");
  }

  @Test
  void anEditForgivesMissingVariablesOnlyIfItIsTold() throws IOException {
    terminal.run("sender", "put", "s", "--address", "123");
    terminal.run(
        "campaign", "create", "--name", "x", "--sender", "s", "--message", TestConsole.MESSAGE);
    String id = terminal.out().strip().lines().toList().getLast();
    Path csv = Files.writeString(folder.resolve("nameless.csv"), "phone\n+5511960000001\n");
    terminal.run("campaign", "import", id, csv.toString());
    String[] scheduled = {"campaign", "edit", id, "--scheduled-at", "2099-01-01T00:00:00Z"};

    assertThat(terminal.run(scheduled)).isEqualTo(1);
    assertThat(terminal.err()).contains("\"name\" (1)").contains("Repeat it with --accept-missing");
    assertThat(
            terminal.run(
                Stream.concat(Stream.of(scheduled), Stream.of("--accept-missing"))
                    .toArray(String[]::new)))
        .isZero();
    assertThat(TestConsole.read("/api/campaigns/" + id).path("status").asString())
        .isEqualTo("SCHEDULED");
  }

  @Test
  void anImportWarnsOfEmptyVariables() throws IOException {
    terminal.run("sender", "put", "s", "--address", "123");
    terminal.run(
        "campaign", "create", "--name", "x", "--sender", "s", "--message", TestConsole.MESSAGE);
    String id = terminal.out().strip().lines().toList().getLast();
    Path csv = Files.writeString(folder.resolve("empty.csv"), "phone,name\n+5511960000001\n");
    terminal.clear();

    assertThat(terminal.run("campaign", "import", id, csv.toString())).isZero();
    assertThat(terminal.out())
        .contains("1 added")
        .contains("warning: \"name\" is empty for 1 recipient(s)");
  }

  @Test
  void whatIsSentIsCountedBeforeItIsWritten() {
    JsonNode campaign =
        Json.MAPPER.readTree(
            "{\"total\":20,\"pending\":20,\"unwritten\":{\"sent\":7,\"failed\":1},"
                + "\"perSecond\":1.96,\"permittedPerSecond\":80.0}");

    assertThat(CampaignWatchCommand.settled(campaign)).isEqualTo(8);
    assertThat(CampaignWatchCommand.pace(campaign)).isEqualTo(" 2.0 of 80/s");
    assertThat(CampaignWatchCommand.settled(Json.MAPPER.readTree("{\"total\":20,\"pending\":5}")))
        .isEqualTo(15);
    assertThat(CampaignWatchCommand.pace(Json.MAPPER.readTree("{\"perSecond\":null}"))).isEmpty();
  }

  @Test
  void idsAreShortButTellCampaignsApart() {
    assertThat(
            CampaignLines.distinct(
                List.of(
                    "0f6c1a52-0000-4000-8000-000000000000",
                    "1f6c1a52-0000-4000-8000-000000000000")))
        .isEqualTo(8);
    assertThat(
            CampaignLines.distinct(
                List.of(
                    "0f6c1a52-0000-4000-8000-000000000000",
                    "0f6c1a52-0070-4000-8000-000000000000")))
        .isEqualTo(12);
    assertThat(CampaignLines.distinct(List.of())).isEqualTo(8);
  }

  @Test
  void aCampaignIsWatchedOnWhenTheConsoleWasBusyForAMoment() throws IOException {
    Deque<String> answers = new ArrayDeque<>(List.of("SENDING", "429", "503", "COMPLETED"));
    HttpServer console =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    console.createContext(
        "/",
        exchange -> {
          String answer = answers.remove();
          int status = answer.length() == 3 ? Integer.parseInt(answer) : 200;
          exchange.sendResponseHeaders(status, 0);
          try (var body = exchange.getResponseBody()) {
            body.write(Json.write(Map.of("status", answer, "detail", answer, "total", 1)));
          }
        });
    console.start();
    try {
      int code =
          terminal.execute(
              "campaign",
              "watch",
              UUID.randomUUID().toString(),
              "--url",
              "http://localhost:" + console.getAddress().getPort());

      assertThat(code).as(terminal.err()).isZero();
    } finally {
      console.stop(0);
    }
  }

  @Test
  void whatIsAcceptedFollowsThePathAsItsQuery() throws IOException {
    List<String> asked = new CopyOnWriteArrayList<>();
    HttpServer console =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    console.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            body.write("{}".getBytes(StandardCharsets.UTF_8));
          }
        });
    console.start();
    String url = "http://localhost:" + console.getAddress().getPort();
    String id = "00000000-0000-4000-8000-000000000000";
    String path = "/api/campaigns/" + id;
    String message = Files.writeString(folder.resolve("m.json"), TestConsole.MESSAGE).toString();
    String csv = Files.writeString(folder.resolve("p.csv"), "phone\n+5511960000001\n").toString();
    String[] create = {"campaign", "create", "--name=x", "--sender=s", "--message=@" + message};
    List<String[]> commands =
        List.of(
            create,
            and(create, "--accept-stopped", "--accept-template"),
            new String[] {"campaign", "edit", id, "--name=y", "--accept-template"},
            new String[] {"campaign", "start", id},
            new String[] {"campaign", "start", id, "--accept-missing"},
            new String[] {"campaign", "start", id, "--accept-stopped"},
            new String[] {"campaign", "resume", id, "--accept-stopped"},
            new String[] {"campaign", "resend", id, "--unconfirmed", "--accept-template"},
            new String[] {"campaign", "import", id, csv, "--charset=x y", "--accept-late"},
            new String[] {
              "campaign", "import", id, csv, "--map=name=Nome, completo,b=C:D", "--map", "x=y=z"
            },
            new String[] {"suppression", "import", csv, "--region=BR", "--reason=a&b"});
    try {
      for (String[] command : commands) {
        assertThat(terminal.execute(and(command, "--url", url))).as(terminal.err()).isZero();
      }
    } finally {
      console.stop(0);
    }

    assertThat(asked)
        .containsExactly(
            "POST /api/campaigns",
            "POST /api/campaigns?acceptStopped=true&acceptTemplate=true",
            "PATCH " + path + "?acceptTemplate=true",
            "POST " + path + "/start",
            "POST " + path + "/start?acceptMissing=true",
            "POST " + path + "/start?acceptStopped=true",
            "POST " + path + "/resume?acceptStopped=true",
            "POST " + path + "/resend?status=FAILED&status=UNCONFIRMED&acceptTemplate=true",
            "POST " + path + "/recipients?charset=x+y&acceptLate=true",
            "POST " + path + "/recipients?map=name%3ANome%2C+completo&map=b%3AC%3AD&map=x%3Ay%3Dz",
            "POST /api/suppressions?region=BR&reason=a%26b");
  }

  private static String[] and(String[] command, String... more) {
    return Stream.of(command, more).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void aResendToSomeNumbersSaysWhoIsNotSentTo() throws IOException {
    String id = UUID.randomUUID().toString();
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer console =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    console.createContext(
        "/",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] answer =
              ("{\"id\":\"" + id + "\",\"recipients\":1,\"left\":{\"READ\":2},\"unknown\":1}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(202, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    console.start();
    String url = "http://localhost:" + console.getAddress().getPort();
    try {
      assertThat(
              terminal.execute("campaign", "resend", id, "--recipient", "+551,+552", "--url", url))
          .as(terminal.err())
          .isZero();
    } finally {
      console.stop(0);
    }

    assertThat(bodies).contains("{\"phones\":[\"+551\",\"+552\"]}");
    assertThat(terminal.out())
        .contains("2 of them cannot be sent again: READ", "1 of them are not in the campaign");
  }

  @Test
  void whatTheConsoleDidNotCountOrLookThroughIsSaid() throws IOException {
    assertThat(CampaignLines.count(Json.MAPPER.readTree("20"))).isEqualTo("20");
    assertThat(CampaignLines.count(Json.MAPPER.readTree("null"))).isEqualTo("uncounted");
    JsonNode uncounted = Json.MAPPER.readTree("{\"total\":null,\"pending\":7}");
    assertThat(CampaignWatchCommand.total(uncounted)).as("no bar that is full").isEqualTo(-1);
    assertThat(CampaignWatchCommand.settled(uncounted)).isZero();
    HttpServer busy =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    busy.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(202, 0);
          try (var body = exchange.getResponseBody()) {
            body.write(
                "{\"unchecked\":true,\"templateUnchecked\":true,\"replied\":null,\"replies\":[{},{}],\"next\":7}"
                    .getBytes(StandardCharsets.UTF_8));
          }
        });
    busy.start();
    String url = "http://localhost:" + busy.getAddress().getPort();
    String id = "00000000-0000-4000-8000-000000000000";

    assertThat(terminal.execute("campaign", "start", id, "--url", url)).isZero();
    assertThat(terminal.execute("campaign", "edit", id, "--name", "x", "--url", url)).isZero();
    String[] create = {"campaign", "create", "--name=x", "--sender=s", "--message", "{}"};
    assertThat(terminal.execute(and(create, "-o=json", "--url", url))).isZero();
    assertThat(terminal.execute("campaign", "status", id, "--url", url)).isZero();
    assertThat(terminal.execute("campaign", "replies", id, "--url", url)).isZero();
    busy.stop(0);

    assertThat(terminal.out())
        .contains("replied      uncounted")
        .contains("these are the newest 2; the campaign's page has all of them");
    assertThat(terminal.err().lines().map(line -> line.replaceFirst(":[^:]+$", "")))
        .as("of a start, a change and a new campaign")
        .containsExactlyElementsOf(
            Collections.nCopies(
                    3,
                    List.of(
                        "warning: not all recipients could be looked through in time",
                        "warning: the provider did not list the templates in time"))
                .stream()
                .flatMap(List::stream)
                .toList());
  }
}
