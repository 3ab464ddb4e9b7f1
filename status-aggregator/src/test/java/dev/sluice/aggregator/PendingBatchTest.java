package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PendingBatchTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);

  @Test
  void severalEventsOfARecipientAreOneRow() {
    PendingBatch batch = new PendingBatch();
    batch.add(result(7, 1, RecipientStatus.SENT), 0);
    batch.add(result(7, 1, RecipientStatus.DELIVERED), 5);

    assertThat(batch.size()).isOne();
    assertThat(batch.results().iterator().next().status()).isEqualTo(RecipientStatus.DELIVERED);
  }

  @Test
  void whatAddsNothingIsNotTakenTwice() {
    PendingBatch batch = new PendingBatch();

    assertThat(batch.add(result(7, 1, RecipientStatus.DELIVERED), 0)).isNotNull();
    assertThat(batch.add(result(7, 1, RecipientStatus.SENT), 0)).isNull();
  }

  @Test
  void isFullAtItsSize() {
    PendingBatch batch = new PendingBatch();
    batch.add(result(1, 1, RecipientStatus.SENT), 0);
    assertThat(batch.full(2)).isFalse();
    batch.add(result(2, 1, RecipientStatus.SENT), 0);
    assertThat(batch.full(2)).isTrue();
  }

  @Test
  void isFullWithTheLastOutcomesOfItsCampaign() {
    PendingBatch batch = new PendingBatch();
    batch.know(counts(10, 8));
    batch.add(result(1, 1, RecipientStatus.SENT), 0);
    assertThat(batch.full(100)).isFalse();
    batch.add(result(2, 1, RecipientStatus.UNCONFIRMED), 0);
    assertThat(batch.full(100)).isTrue();
  }

  @Test
  void laterReceiptsDoNotPassForLastOutcomes() {
    PendingBatch batch = new PendingBatch();
    batch.know(counts(10, 9));
    batch.add(result(1, 1, RecipientStatus.READ), 0);

    assertThat(batch.full(100)).isFalse();
  }

  @Test
  void itsAgeIsThatOfItsOldestResult() {
    PendingBatch batch = new PendingBatch();
    batch.add(result(1, 1, RecipientStatus.SENT), 1_000);
    batch.add(result(2, 1, RecipientStatus.SENT), 4_000);
    assertThat(batch.ageMillis(5_000)).isEqualTo(4_000);

    batch.clear();
    assertThat(batch.ageMillis(9_000)).isZero();
  }

  @Property
  void mergingDoesNotDependOnTheOrder(
      @ForAll("results") SendResult one, @ForAll("results") SendResult other) {
    SendResult forth = PendingBatch.merge(one, other);
    SendResult back = PendingBatch.merge(other, one);

    assertThat(forth.status()).isEqualTo(back.status());
    assertThat(forth.round()).isEqualTo(back.round());
    assertThat(forth.attempts()).isEqualTo(back.attempts());
  }

  @Provide
  Arbitrary<SendResult> results() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 3),
            Arbitraries.of(RecipientStatus.class).filter(s -> s != RecipientStatus.PENDING))
        .as((round, status) -> result(7, round, status));
  }

  private static CampaignCounts counts(long total, long sent) {
    return new CampaignCounts(
        CampaignStatus.SENDING, 1, total, Map.of(RecipientStatus.SENT, sent), Instant.EPOCH, null);
  }

  private static SendResult result(long id, int round, RecipientStatus status) {
    return Fixture.result(CAMPAIGN, id, round, status);
  }
}
