package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.OptOut;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusTimes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    SendResult sent = result(7, 1, RecipientStatus.SENT);
    batch.add(sent, 0);
    SendResult delivered = result(7, 1, RecipientStatus.DELIVERED);
    batch.add(delivered, 5);

    assertThat(batch.size()).isOne();
    assertThat(batch.oldest(10)).singleElement().isEqualTo(PendingBatch.merge(sent, delivered));
  }

  @Test
  void theTimeOfEachStatusIsKeptInAnyOrder() {
    SendResult sent = at(RecipientStatus.SENT, 10);
    SendResult receipt = at(RecipientStatus.SENT, 11);
    SendResult delivered = at(RecipientStatus.DELIVERED, 12);
    SendResult read = at(RecipientStatus.READ, 13);

    for (List<SendResult> order :
        List.of(
            List.of(sent, receipt, delivered, read, read),
            List.of(read, delivered, receipt, sent, delivered))) {
      SendResult merged = order.stream().reduce(PendingBatch::merge).orElseThrow();
      assertThat(merged.reached())
          .isEqualTo(new StatusTimes(sent.at(), delivered.at(), read.at(), null));
      assertThat(Json.read(Json.write(merged), SendResult.class)).isEqualTo(merged);
    }
  }

  @Test
  void anEarlierRoundLeavesNoTimes() {
    SendResult failed = at(RecipientStatus.FAILED, 10);
    SendResult sent = Fixture.result(CAMPAIGN, 7, 2, RecipientStatus.SENT);

    assertThat(PendingBatch.merge(failed, sent).reached()).isEqualTo(sent.reached());
    assertThat(PendingBatch.merge(sent, failed).reached()).isEqualTo(sent.reached());
  }

  private static SendResult at(RecipientStatus status, long second) {
    return SendResult.of(7, CAMPAIGN, 1, status, Instant.ofEpochSecond(second)).attempts(1).build();
  }

  @Test
  void whatAddsNothingIsNotTakenTwice() {
    PendingBatch batch = new PendingBatch();

    SendResult delivered = result(7, 1, RecipientStatus.DELIVERED);
    assertThat(batch.add(delivered, 0)).isNotNull();
    assertThat(batch.add(delivered, 0)).isNull();
    assertThat(batch.add(result(7, 1, RecipientStatus.UNCONFIRMED), 0)).isNull();
  }

  @Test
  void aResultWithALongReasonWeighsAsMuchAsSeveral() {
    PendingBatch batch = new PendingBatch();
    SendResult usual = result(1, 1, RecipientStatus.SENT);
    SendResult wordy = failed(2, "я".repeat(1_000));
    batch.add(usual, 0);
    assertThat(batch.weight()).isOne();
    assertThat(batch.growth(wordy)).isEqualTo(5);
    batch.add(wordy, 0);
    assertThat(batch.weight()).isEqualTo(6);
    assertThat(batch.growth(wordy)).isZero();

    // What has come since the flush began stays.
    SendResult newer = result(2, 2, RecipientStatus.SENT);
    batch.add(newer, 0);
    batch.remove(wordy, 1);
    assertThat(batch.weight()).isEqualTo(2);
    batch.remove(usual, 1);
    batch.remove(newer, 1);
    assertThat(batch.weight()).isZero();
  }

  private static SendResult failed(long recipient, String reason) {
    return SendResult.of(recipient, CAMPAIGN, 1, RecipientStatus.FAILED, Instant.ofEpochSecond(1))
        .error("131026", reason)
        .attempts(1)
        .build();
  }

  @Test
  void knowsTheLastOutcomesOfItsCampaign() {
    PendingBatch batch = new PendingBatch();
    batch.loadCounts(counts(10, 8));
    batch.add(result(1, 1, RecipientStatus.SENT), 0);
    assertThat(batch.settlesTheLast()).isFalse();
    batch.add(result(2, 1, RecipientStatus.UNCONFIRMED), 0);
    assertThat(batch.settlesTheLast()).isTrue();
  }

  @Test
  void laterReceiptsDoNotPassForLastOutcomes() {
    PendingBatch batch = new PendingBatch();
    batch.loadCounts(counts(10, 9));
    batch.add(result(1, 1, RecipientStatus.READ), 0);

    assertThat(batch.settlesTheLast()).isFalse();
  }

  @Test
  void itsAgeIsThatOfItsOldestResult() {
    PendingBatch batch = new PendingBatch();
    SendResult first = result(1, 1, RecipientStatus.SENT);
    SendResult second = result(2, 1, RecipientStatus.SENT);
    batch.add(first, 1_000);
    batch.add(second, 4_000);
    assertThat(batch.ageMillis(5_000)).isEqualTo(4_000);

    batch.remove(first, 5_000);
    assertThat(batch.ageMillis(5_000)).isEqualTo(1_000);
    batch.remove(second, 5_000);
    assertThat(batch.ageMillis(9_000)).isZero();
  }

  @Test
  void whatCameWhileItWasWrittenStays() {
    PendingBatch batch = new PendingBatch();
    SendResult sent = result(1, 1, RecipientStatus.SENT);
    SendResult read = result(1, 1, RecipientStatus.READ);
    batch.add(sent, 1_000);
    batch.add(read, 2_000);

    assertThat(batch.remove(sent, 3_000)).isFalse();
    SendResult left = PendingBatch.merge(sent, read);
    assertThat(batch.oldest(10)).containsExactly(left);
    assertThat(batch.ageMillis(3_000)).isZero();
    assertThat(batch.remove(left, 3_000)).isTrue();
    assertThat(batch.isEmpty()).isTrue();
  }

  @Test
  void receiptsSettleNobody() {
    PendingBatch batch = new PendingBatch();
    batch.loadCounts(counts(10, 5));
    batch.add(Fixture.receipt(CAMPAIGN, 1, RecipientStatus.SENT), 0);
    batch.add(Fixture.receipt(CAMPAIGN, 2, RecipientStatus.FAILED), 0);
    batch.add(result(3, 1, RecipientStatus.SENT), 0);

    assertThat(batch.processed()).isEqualTo(6);
    assertThat(batch.count(RecipientStatus.SENT)).isEqualTo(6);
  }

  @Test
  void neverAreMoreProcessedThanThereAre() {
    PendingBatch batch = new PendingBatch();
    batch.loadCounts(counts(678, 678));
    for (int id = 0; id < 22; id++) {
      batch.add(result(id, 1, RecipientStatus.SENT), 0);
    }

    assertThat(batch.processed()).isEqualTo(678);
    assertThat(batch.count(RecipientStatus.SENT)).isEqualTo(678);
  }

  @Test
  void aWishToBeLeftAloneIsKeptBesideAHigherOrNewerResult() {
    SendResult wish = Fixture.optOut(CAMPAIGN, 7, 1);

    for (SendResult other :
        List.of(result(7, 1, RecipientStatus.DELIVERED), result(7, 2, RecipientStatus.SENT))) {
      for (SendResult merged :
          List.of(PendingBatch.merge(wish, other), PendingBatch.merge(other, wish))) {
        assertThat(merged.wish()).isEqualTo(wish.wish());
        assertThat(merged.errorCode()).isEqualTo(other.errorCode());
        assertThat(merged.status()).isEqualTo(other.status());
        assertThat(merged.round()).isEqualTo(other.round());
      }
    }
  }

  @Test
  void aWishKeepsItsOwnCodeAndTimeBesideAnotherError() {
    SendResult wish = Fixture.optOut(CAMPAIGN, 7, 1);
    SendResult later =
        SendResult.of(7, CAMPAIGN, 2, RecipientStatus.FAILED, wish.at().plusSeconds(60))
            .error("131026", "undeliverable")
            .attempts(1)
            .build();

    for (SendResult merged :
        List.of(PendingBatch.merge(wish, later), PendingBatch.merge(later, wish))) {
      assertThat(merged.wish()).isEqualTo(new OptOut("131050", wish.at()));
      assertThat(merged.errorCode()).isEqualTo("131026");
      assertThat(merged.at()).isEqualTo(later.at());
      assertThat(Json.read(Json.write(merged), SendResult.class)).isEqualTo(merged);
    }
  }

  @Property
  void anyOrderOfResultsLeavesTheSameWish(
      @ForAll("told") List<SendResult> results, @ForAll Random random) {
    List<SendResult> shuffled = new ArrayList<>(results);
    Collections.shuffle(shuffled, random);

    OptOut wish = results.stream().reduce(PendingBatch::merge).orElseThrow().wish();
    assertThat(shuffled.stream().reduce(PendingBatch::merge).orElseThrow().wish()).isEqualTo(wish);
    assertThat(wish == null)
        .as("no wish is lost")
        .isEqualTo(results.stream().allMatch(result -> result.wish() == null));
    assertThat(wish != null && !wish.reason().equals(OptOutReason.PREFERENCE))
        .as("what no resume lifts wins")
        .isEqualTo(
            results.stream()
                .map(SendResult::wish)
                .anyMatch(one -> one != null && !one.reason().equals(OptOutReason.PREFERENCE)));
  }

  @Provide
  Arbitrary<List<SendResult>> told() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 2),
            Arbitraries.of(RecipientStatus.FAILED, RecipientStatus.SENT, RecipientStatus.READ),
            Arbitraries.of("131050", "130403", "131026").injectNull(0.2),
            Arbitraries.longs().between(1, 3),
            Arbitraries.of(true, false))
        .as((round, status, code, at, optOut) ->
            SendResult.of(7, CAMPAIGN, round, status, Instant.ofEpochSecond(at))
                .error(code, null)
                .attempts(1)
                .optOut(optOut)
                .build())
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  @Test
  void theNamesOfARecipientAreKeptBesideAHigherResult() {
    SendResult named = Fixture.named(CAMPAIGN, 7, List.of("BR.1"));
    SendResult other = result(7, 8, RecipientStatus.READ);

    assertThat(PendingBatch.merge(named, other).aliases()).containsExactly("BR.1");
    assertThat(PendingBatch.merge(other, named).aliases()).containsExactly("BR.1");
    assertThat(PendingBatch.merge(named, Fixture.named(CAMPAIGN, 7, List.of("BR.2"))).aliases())
        .containsExactly("BR.1", "BR.2");
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
