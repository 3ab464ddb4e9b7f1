package dev.sluice.console.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeptUsageTest {
  private static final List<String> BOTH = List.of("brazil", "peru");
  private static final Map<String, Integer> COUNTS = Map.of("brazil", 250);
  private static final Map<String, Integer> KNOWN = Map.of("brazil", 250, "peru", 0);
  private static final Duration QUICKLY = Duration.ofMillis(250);
  private static final Duration SLOWLY = Duration.ofMillis(251);

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE);
  private final KeptUsage kept = new KeptUsage(clock::get);

  @Test
  void whatIsCountedQuicklyIsCountedWheneverItIsRead() {
    assertThat(kept.due(BOTH)).isEqualTo(BOTH);
    kept.counted(BOTH, COUNTS, QUICKLY);

    assertThat(kept.told(BOTH)).isEqualTo(KNOWN);
    assertThat(kept.due(BOTH)).isEqualTo(BOTH);
  }

  @Test
  void whatIsCountedSlowlyIsCountedByOneReaderAfterAWhile() {
    kept.counted(BOTH, COUNTS, SLOWLY);
    assertThat(kept.due(BOTH)).isEmpty();

    later(Duration.ofSeconds(5));
    assertThat(kept.due(BOTH)).isEqualTo(BOTH);
    assertThat(kept.due(BOTH)).as("another reader").isEmpty();
    assertThat(kept.told(BOTH)).isEqualTo(KNOWN);
  }

  @Test
  void whatCannotBeCountedIsTriedByOneReaderAfterAWhile() {
    kept.gaveUp(BOTH);
    assertThat(kept.due(BOTH)).isEmpty();
    assertThat(kept.told(BOTH)).isEmpty();

    later(Duration.ofSeconds(5));
    assertThat(kept.due(BOTH)).isEqualTo(BOTH);
    assertThat(kept.due(BOTH)).as("another reader").isEmpty();
  }

  @Test
  void whatCannotBeCountedAnyMoreIsToldOnForAWhile() {
    kept.counted(BOTH, COUNTS, QUICKLY);
    later(Duration.ofMinutes(9));
    kept.gaveUp(BOTH);

    assertThat(kept.told(BOTH)).isEqualTo(KNOWN);
    later(Duration.ofMinutes(1));
    assertThat(kept.told(BOTH)).isEmpty();
  }

  private void later(Duration time) {
    clock.addAndGet(time.toNanos());
  }
}
