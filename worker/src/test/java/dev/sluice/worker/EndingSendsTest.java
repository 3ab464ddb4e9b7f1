package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.SendRequest.Sender;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndingSendsTest {
  private static final Sender QUICK = new Sender("quick", "whatsapp", "1");
  private static final Sender HUNG = new Sender("hung", "whatsapp", "2");

  private final EndingSends sends = new EndingSends();

  @Test
  void asManySlotsBecomeFreeDuringATransactionAsBecameFreeInThatTimeBefore() {
    sends.measured(millis(20));
    sends.held(Map.of(), 0);
    end(QUICK, 50);

    assertThat(sends.held(Map.of(QUICK, 200, HUNG, 300), millis(25)))
        .isEqualTo(Map.of(QUICK, 160, HUNG, 300));
  }

  @Test
  void noMoreBecomeFreeThanBeforeHoweverLongTheTransaction() {
    sends.measured(millis(400));
    sends.held(Map.of(), 0);
    end(QUICK, 50);

    assertThat(sends.held(Map.of(QUICK, 1_000), millis(25))).containsEntry(QUICK, 950);
  }

  @Test
  void aQuarterBecomesFreeAtMost() {
    sends.measured(millis(20));
    sends.held(Map.of(), 0);
    end(QUICK, 500);

    assertThat(sends.held(Map.of(QUICK, 100), millis(20))).containsEntry(QUICK, 75);
  }

  @Test
  void noneBecomesFreeOnceTheProviderIsSilent() {
    sends.measured(millis(20));
    end(QUICK, 50);
    sends.held(Map.of(QUICK, 200), millis(25));

    assertThat(sends.held(Map.of(QUICK, 200), millis(50))).containsEntry(QUICK, 200);
  }

  private void end(Sender sender, int count) {
    for (int i = 0; i < count; i++) {
      sends.ended(sender);
    }
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
