package dev.sluice.console.imports;

import static dev.sluice.console.ConsoleFixture.body;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.ConsoleFixture;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who of a file of recipients would get nothing, told when the file is chosen. */
class SuppressedPeopleTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();
  private static final long FIRST = 5511960000000L;

  /** More than are looked up at once. */
  private static final int MANY = 25_000;

  @BeforeAll
  static void fill() {
    CONSOLE.sql(sql -> {
      // Every hundredth of the numbers, and one that was lifted.
      sql.execute(
          "INSERT INTO sluice.suppression (phone)"
              + " SELECT '+' || (? + 100 * n) FROM generate_series(0, 400) AS n",
          FIRST);
      sql.execute(
          "INSERT INTO sluice.suppression (phone, lifted_at) VALUES ('+5511960000001', now())");
      return sql.execute(
          "INSERT INTO sluice.opt_out (name, reason) VALUES ('+5511960000002', 'x'), ('id', 'x')");
    });
  }

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void eachIsCountedOnce() {
    String file =
        """
        phone
        +5511960000000
        +5511960000000
        +5511960000001
        +5511960000002
        +5511960000003
        12
        """;

    assertThat(check("", file).path("suppressed").asLong(-1)).isEqualTo(2);
    assertThat(check("", "phone\n+5511960000003\n").path("suppressed").asLong(-1)).isZero();
    assertThat(check("?for=suppressions", file).path("suppressed").isMissingNode()).isTrue();
  }

  @Test
  void allOfALargeFileAreLookedUp() {
    JsonNode large = check("", many());

    assertThat(large.path("usable").asInt()).isEqualTo(MANY);
    assertThat(large.path("suppressed").asLong(-1)).isEqualTo(MANY / 100 + 1);
  }

  /** A file can be looked at without it. */
  @Test
  void theyAreUnknownIfTheyCannotBeCountedInTime() {
    CONSOLE.sql(sql ->
        sql.transactionResult(transaction -> {
          transaction.dsl().execute("LOCK TABLE sluice.suppression");
          long begun = System.nanoTime();
          JsonNode answer = check("", many());
          assertThat(Duration.ofNanos(System.nanoTime() - begun))
              .isLessThan(Duration.ofSeconds(10));
          assertThat(answer.path("usable").asInt()).isEqualTo(MANY);
          return assertThat(answer.path("suppressed").isNull()).isTrue();
        }));
  }

  private static String many() {
    return LongStream.range(FIRST, FIRST + MANY)
        .mapToObj(number -> "+" + number)
        .collect(Collectors.joining("\n", "phone\n", "\n"));
  }

  private static JsonNode check(String query, String csv) {
    HttpResponse<byte[]> answer =
        CONSOLE.send("POST", "/api/recipients/check" + query, "text/csv", csv);
    assertThat(answer.statusCode()).isEqualTo(200);
    return body(answer);
  }
}
