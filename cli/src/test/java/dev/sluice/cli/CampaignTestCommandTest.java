package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import tools.jackson.databind.JsonNode;

/** Tests what {@code campaign test} tells of its messages. */
class CampaignTestCommandTest {
  private static final String ANA = "+5511960000001";
  private static final String BIA = "+5511960000002";
  private static final String SENT = "{'number':1,'status':'SENT'}";
  private static final String DELIVERED = "{'number':1,'status':'DELIVERED'}";
  private static final String FAILED =
      "{'number':2,'status':'FAILED','errorCode':'131026','words':'not on WhatsApp'}";

  private final Terminal terminal = new Terminal();
  private final Deque<String> answers = new ArrayDeque<>();
  private final HttpServer console = console();

  @AfterEach
  void stop() {
    console.stop(0);
  }

  @Test
  void whatBecomesOfEachMessageIsToldAsItBecomesKnown() {
    answers.addAll(List.of("", SENT, "503", SENT, DELIVERED + "," + FAILED));

    assertThat(test("--wait=1m")).as(terminal.err()).isEqualTo(1);

    assertThat(terminal.out().lines())
        .containsExactly(
            "on its way to +5511960000001, +5511960000002",
            "+5511960000001    SENT",
            "+5511960000001    DELIVERED",
            "+5511960000002    FAILED  131026 not on WhatsApp");
  }

  @Test
  void aTestSucceedsIfAllMessagesWereSent() {
    answers.add(DELIVERED + "," + DELIVERED.replace('1', '2'));

    assertThat(test("--wait=1m")).isZero();
  }

  @Test
  void whatIsUnknownAtTheEndOfTheTimeIsSaidAndNotTakenForSuccess() {
    answers.add(SENT);

    assertThat(test("--wait=1ms")).isEqualTo(1);

    assertThat(terminal.out().lines().toList().getLast())
        .startsWith("+5511960000002    nothing is known of it yet");
  }

  @Test
  void itDoesNotWaitIfItIsToldNotTo() {
    assertThat(test("--wait=0s")).isZero();

    assertThat(terminal.out().strip()).isEqualTo("on its way to +5511960000001, +5511960000002");
  }

  @Test
  void forProgramsThereIsOneDocumentWithTheOutcomes() {
    answers.addAll(List.of(SENT, DELIVERED + "," + FAILED));

    assertThat(test("--wait=1m", "--output=json")).isEqualTo(1);

    JsonNode printed = Json.MAPPER.readTree(terminal.out());
    assertThat(printed.path("to")).hasSize(2);
    assertThat(printed.at("/outcomes/1/errorCode").asString()).isEqualTo("131026");
  }

  @Test
  void aStatusHasItsColourOnATerminalOnly() {
    answers.addAll(List.of(DELIVERED + "," + FAILED, DELIVERED + "," + FAILED));

    test("--wait=1m");
    assertThat(terminal.out()).doesNotContain("\u001b");
    terminal.execute(
        Sluice.commandLine().setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.ON)),
        arguments("--wait=1m"));
    assertThat(terminal.out()).contains("\u001b[32mDELIVERED", "\u001b[31mFAILED");
  }

  private int test(String... options) {
    return terminal.execute(arguments(options));
  }

  private String[] arguments(String... options) {
    return Stream.concat(
            Stream.of(
                "campaign",
                "test",
                "00000000-0000-4000-8000-000000000000",
                ANA,
                BIA,
                "--url=http://localhost:" + console.getAddress().getPort()),
            Stream.of(options))
        .toArray(String[]::new);
  }

  /** A console that knows of its test what each answer says; one of three digits is an error. */
  private HttpServer console() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            String path = exchange.getRequestURI().getPath();
            String answer = path.endsWith("/test") ? "" : answers.remove();
            String body =
                path.endsWith("/test")
                    ? "{'testId':'t','to':['" + ANA + "','" + BIA + "']}"
                    : "[" + answer + "]";
            exchange.sendResponseHeaders(answer.length() == 3 ? Integer.parseInt(answer) : 200, 0);
            try (var out = exchange.getResponseBody()) {
              out.write(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
