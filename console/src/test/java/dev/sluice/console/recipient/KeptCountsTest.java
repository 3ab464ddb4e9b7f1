package dev.sluice.console.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeptCountsTest {
  private static final UUID DRAFT = UUID.randomUUID();
  private static final UUID SMALL = UUID.randomUUID();
  private static final List<UUID> BOTH = List.of(DRAFT, SMALL);
  private static final Duration QUICKLY = Duration.ofMillis(1);
  private static final long ANY = Long.MAX_VALUE;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE);
  private final KeptCounts kept = new KeptCounts(clock::get);

  @Test
  void manyAreCountedOnceInAWhileAndFewWheneverTheyAreRead() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 50_000L, SMALL, 49_999L), QUICKLY);

    KeptCounts.Counting next = kept.begin(ANY, BOTH);
    assertThat(next.told()).isEqualTo(Map.of(DRAFT, 50_000L));
    assertThat(next.open()).containsExactly(SMALL);
    clock.addAndGet(Duration.ofSeconds(5).toNanos());
    assertThat(kept.begin(ANY, BOTH).open()).isEqualTo(BOTH);
  }

  @Test
  void whatTakesLongIsCountedOnceInAWhileHoweverFewThereAre() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 0L, SMALL, 1L), Duration.ofMillis(251));

    assertThat(kept.begin(ANY, BOTH).told()).isEqualTo(Map.of(DRAFT, 0L, SMALL, 1L));
  }

  @Test
  void aCountThatBeganBeforeRecipientsWereAddedIsNotKept() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 60_000L), QUICKLY);
    kept.forget(DRAFT);
    KeptCounts.Counting before = kept.begin(ANY, BOTH);
    assertThat(before.open()).contains(DRAFT);

    kept.forget(DRAFT);
    kept.end(before, Map.of(DRAFT, 60_000L), QUICKLY);
    assertThat(kept.begin(ANY, BOTH).open()).contains(DRAFT);
  }

  @Test
  void whileOneReaderCountsAgainTheOthersAreToldTheCountBefore() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 60_000L), QUICKLY);
    clock.addAndGet(Duration.ofSeconds(5).toNanos());

    assertThat(kept.begin(ANY, BOTH).open()).contains(DRAFT);
    assertThat(kept.begin(ANY, BOTH).told()).isEqualTo(Map.of(DRAFT, 60_000L));
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(kept.begin(ANY, BOTH).open()).contains(DRAFT);
    assertThat(kept.begin(ANY, BOTH).open())
        .as("nobody is told a count of long ago")
        .contains(DRAFT);
  }

  @Test
  void whatIsTooMuchForAListIsToldWhereMoreAreCounted() {
    kept.end(kept.begin(10, BOTH), Map.of(), QUICKLY);
    assertThat(kept.begin(10, BOTH).open()).isEmpty();

    kept.end(kept.begin(ANY, List.of(DRAFT)), Map.of(DRAFT, 60_000L), QUICKLY);
    assertThat(kept.begin(ANY, List.of(DRAFT)).told()).isEqualTo(Map.of(DRAFT, 60_000L));
    assertThat(kept.begin(10, List.of(DRAFT)).told()).isEmpty();
    assertThat(kept.begin(10, List.of(DRAFT)).open()).isEmpty();
  }

  @Test
  void whatTookTooLongIsCountedAgainAfterASecond() {
    kept.giveUp(kept.begin(ANY, BOTH));

    assertThat(kept.begin(ANY, BOTH).open()).isEmpty();
    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(kept.begin(ANY, BOTH).open()).isEqualTo(BOTH);
  }

  @Test
  void whatTookTooLongIsLeftAloneThoughAListOnlyKnewThatItIsTooMuch() {
    kept.end(kept.begin(10, BOTH), Map.of(), QUICKLY);
    kept.giveUp(kept.begin(ANY, BOTH));

    assertThat(kept.begin(ANY, BOTH).open()).isEmpty();
    assertThat(kept.begin(10, BOTH).open()).isEmpty();
  }

  @Test
  void whatTookTooLongIsLeftAloneThoughItWasCountedLongAgo() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 60_000L, SMALL, 60_000L), QUICKLY);
    clock.addAndGet(Duration.ofMinutes(1).toNanos());
    kept.giveUp(kept.begin(ANY, BOTH));

    assertThat(kept.begin(ANY, BOTH).open()).isEmpty();
    assertThat(kept.begin(ANY, BOTH).told()).isEmpty();
  }

  @Test
  void aCountOfJustNowIsToldOnWhereCountingAgainTookTooLong() {
    kept.end(kept.begin(ANY, BOTH), Map.of(DRAFT, 60_000L), QUICKLY);
    clock.addAndGet(Duration.ofSeconds(5).toNanos());
    kept.giveUp(kept.begin(ANY, BOTH));

    assertThat(kept.begin(ANY, BOTH).told()).isEqualTo(Map.of(DRAFT, 60_000L));
  }
}
