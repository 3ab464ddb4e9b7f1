package dev.sluice.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AcceptanceLogTest {
  private static final long MS = 1_000_000;

  private final AcceptanceLog log = new AcceptanceLog();

  @Test
  void countsDuplicatesPerRecipient() {
    accept("a", 0);
    accept("b", 1);
    accept("a", 2);

    assertThat(log.summary().accepted()).isEqualTo(3);
    assertThat(log.summary().duplicates()).isEqualTo(1);
    assertThat(log.perRecipient()).containsEntry("a", 2).containsEntry("b", 1);
  }

  /** A limiter that counts per clock second would see 80 and 80 here. */
  @Test
  void findsTheWorstSlidingSecondAcrossClockSeconds() {
    for (int i = 0; i < 80; i++) {
      accept("early" + i, 900 + i);
    }
    for (int i = 0; i < 80; i++) {
      accept("late" + i, 1_020 + i);
    }

    assertThat(log.summary().maxInOneSecond()).isEqualTo(160);
  }

  @Test
  void aSecondThatIsJustOverDoesNotCount() {
    accept("a", 0);
    accept("b", 1_000);

    assertThat(log.summary().maxInOneSecond()).isEqualTo(1);
  }

  @Test
  void anEmptyLogHasNoTimes() {
    assertThat(log.summary()).isEqualTo(new AcceptanceLog.Summary(0, 0, 0, null, null));
  }

  private void accept(String recipient, long atMs) {
    log.accept(recipient, atMs * MS, Instant.EPOCH.plusMillis(atMs));
  }
}
