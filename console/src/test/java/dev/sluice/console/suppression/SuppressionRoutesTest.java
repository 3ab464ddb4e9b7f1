package dev.sluice.console.suppression;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Importing, reading and exporting suppressed numbers. */
class SuppressionRoutesTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void suppressionsAreImportedAndRead() {
    JsonNode report =
        body(
            CONSOLE.send(
                "POST",
                "/api/suppressions?reason=complaint",
                "text/csv",
                "phone\n+5511970000011\n+5511970000012\n+5511970000011\nnobody\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(5);
    assertThat(body(CONSOLE.send("GET", "/api/suppressions?after=%2B5511970000011", "", "")))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.path("phone").asString()).isEqualTo("+5511970000012");
          assertThat(row.path("reason").asString()).isEqualTo("complaint");
        });
  }

  @Test
  void numbersAreFoundByHowTheyBegin() {
    CONSOLE.send(
        "POST", "/api/suppressions", "text/csv", "phone\n+4915123456781\n+4915123456782\n");

    assertThat(body(CONSOLE.send("GET", "/api/suppressions?phone=%2B491512345678", "", "")))
        .extracting(row -> row.path("phone").asString())
        .containsExactly("+4915123456781", "+4915123456782");
    assertThat(
            body(
                CONSOLE.send(
                    "GET",
                    "/api/suppressions?phone=%2B491512345678&after=%2B4915123456781",
                    "",
                    "")))
        .extracting(row -> row.path("phone").asString())
        .containsExactly("+4915123456782");
    assertThat(body(CONSOLE.send("GET", "/api/suppressions?phone=+4915123456782", "", "")))
        .hasSize(1);
    assertThat(body(CONSOLE.send("GET", "/api/suppressions?phone=0049%20(1512)%203456782", "", "")))
        .hasSize(1);
    assertProblem(CONSOLE.send("GET", "/api/suppressions?phone=nobody", "", ""), 400, "phone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lifted by hand",
        "user preference: stop",
        "user preference: resume",
        "opt-out message"
      })
  void aReasonThatSluiceGivesItselfIsRefused(String reason) {
    HttpResponse<byte[]> answer =
        CONSOLE.send(
            "POST",
            "/api/suppressions?reason=" + reason.replace(" ", "%20"),
            "text/csv",
            "phone\n+5511970000031\n");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(body(answer).path("detail").asString()).contains(reason);
  }

  @Test
  void twentyMegabytesOfBadLinesAreCountedAndTheFirstAreListed() {
    JsonNode report =
        body(
            CONSOLE.send(
                "POST",
                "/api/suppressions",
                "text/csv",
                "phone\n" + ("bad".repeat(66) + "\n").repeat(100_000)));

    assertThat(report.path("rejectedCount").asInt()).isEqualTo(100_000);
    assertThat(report.path("rejected").size()).isEqualTo(10_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/csv | text/csv; charset=utf-8",
        "text/csv; charset=utf-8 | text/csv; charset=utf-8",
        "text/csv, */*;q=0.5 | text/csv; charset=utf-8",
        "text/html, Text/CSV;q=0.9, application/json;q=0.8 | text/csv; charset=utf-8",
        "application/json;q=0.8, text/csv | text/csv; charset=utf-8",
        "application/json, text/csv | application/json",
        "text/csv;q=0.5, application/json | application/json",
        "text/csv;q=0 | application/json",
        "text/csv\" | application/json",
        "text/csvx | application/json",
        "*/* | application/json"
      })
  void csvIsGivenToWhoPrefersItToJson(String accept, String type) {
    HttpResponse<byte[]> list =
        CONSOLE.send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:" + CONSOLE.port() + "/api/suppressions"))
                .header("Accept", accept));
    HttpResponse<byte[]> checked =
        CONSOLE.send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:" + CONSOLE.port() + "/api/recipients/check"))
                .header("Accept", accept)
                .header("Content-Type", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString("phone\n1\n")));

    assertThat(list.headers().firstValue("Content-Type")).contains(type);
    assertThat(checked.headers().firstValue("Content-Type")).contains(type);
  }

  @Test
  void suppressionsAreExportedAsAFile() {
    CONSOLE.send(
        "POST", "/api/suppressions?reason=a%2C%20b", "text/csv", "phone\n+5511970000001\n");
    HttpResponse<byte[]> file =
        CONSOLE.send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:" + CONSOLE.port() + "/api/suppressions"))
                .header("Accept", "text/csv"));

    assertThat(file.headers().firstValue("Content-Disposition").orElse("")).contains("attachment");
    assertThat(new String(file.body(), StandardCharsets.UTF_8))
        .startsWith("phone,reason,createdAt")
        .contains("+5511970000001,\"a, b\",");
  }
}
