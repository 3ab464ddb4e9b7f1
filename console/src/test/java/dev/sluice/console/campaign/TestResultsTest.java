package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.console.recipient.ErrorWords;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The results of test messages. */
class TestResultsTest {
  private static final UUID TEST = UUID.randomUUID();

  private final TestResults results = new TestResults();

  @Test
  void theFurthestStatusOfEachNumberIsToldWithItsReasonInWords() {
    results.add(result(TEST, 2, RecipientStatus.FAILED, "131026"));
    results.add(result(TEST, 1, RecipientStatus.DELIVERED, null));
    results.add(result(TEST, 1, RecipientStatus.SENT, null));

    assertThat(results.of(TEST))
        .extracting(view -> view.get("number"), view -> view.get("status"))
        .containsExactly(tuple(1L, RecipientStatus.DELIVERED), tuple(2L, RecipientStatus.FAILED));
    assertThat(results.of(TEST).get(1).get("words")).isEqualTo(ErrorWords.of("131026"));
    assertThat(results.of(UUID.randomUUID())).isEmpty();
  }

  @Test
  void whatIsKeptIsBounded() {
    for (int number = 1; number <= 2 * TestSends.MOST; number++) {
      results.add(result(TEST, number, RecipientStatus.SENT, null));
    }
    assertThat(results.of(TEST)).hasSize(TestSends.MOST);

    for (int test = 0; test < 1_000; test++) {
      results.add(result(UUID.randomUUID(), 1, RecipientStatus.SENT, null));
    }
    assertThat(results.of(TEST)).isEmpty();
  }

  private static SendResult result(UUID test, long number, RecipientStatus status, String code) {
    return SendResult.of(number, test, 1, status, Instant.EPOCH)
        .error(code, null)
        .attempts(1)
        .build();
  }
}
