package dev.sluice.cli;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.val;

import dev.sluice.cli.CampaignTraces.Message;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.ShortId;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Records;
import org.jspecify.annotations.Nullable;

/**
 * Compares a campaign's pending recipients with what Kafka's logs still hold about them, and finds
 * those whose messages are in doubt: their requests are gone, because the workers were away for
 * longer than the log's retention, or because the log was lost.
 */
final class CampaignRepair {
  private static final int PAGE = 5_000;

  private final DSLContext sql;
  private final Campaign campaign;
  private final CampaignTraces traces;
  private final boolean requestsAreAllThere;

  /** The state of a pending recipient. */
  enum Verdict {
    QUEUED("are queued: workers send to them"),
    RETURNED("were given back: they are sent to when the campaign goes on"),
    TO_COME("are still to be queued by the producer"),
    RESULT_KNOWN("have an outcome in the log that is not in their row: it is written once more"),
    NEVER_REQUESTED("were never queued, and the producer has no record of the campaign"),
    UNKNOWN("may have been sent to or not: they become UNCONFIRMED");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** The parts of a campaign's and its sender's rows that a repair needs. */
  record Campaign(
      UUID id, CampaignStatus status, @Nullable Instant startedAt, String sender, int lanes) {}

  CampaignRepair(DSLContext sql, Campaign campaign, CampaignTraces traces) {
    this.sql = sql;
    this.campaign = campaign;
    this.traces = traces;
    Instant startedAt = campaign.startedAt();
    requestsAreAllThere =
        startedAt != null
            && IntStream.range(0, campaign.lanes())
                .map(lane -> new LaneKey(campaign.sender(), lane).partition(traces.partitions()))
                .allMatch(partition -> traces.requestsReachBackTo(startedAt, partition));
  }

  /**
   * Finds the campaign.
   *
   * @throws IllegalArgumentException if no id, or several, begin with it
   */
  static Campaign find(DSLContext sql, ShortId id) {
    List<Campaign> found =
        sql.select(
                CAMPAIGN.ID, CAMPAIGN.STATUS, CAMPAIGN.STARTED_AT, CAMPAIGN.SENDER_ID, SENDER.LANES)
            .from(CAMPAIGN)
            .join(SENDER)
            .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
            .where(CAMPAIGN.ID.between(id.first(), id.last()))
            .limit(2)
            .fetch(Records.mapping(Campaign::new));
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          found.isEmpty()
              ? "there is no campaign " + id
              : "the ids of several campaigns begin with " + id + "; give more of it");
    }
    return found.getFirst();
  }

  /** Returns the number of pending recipients by verdict. */
  Map<Verdict, Long> count() {
    Map<Verdict, Long> counts = new EnumMap<>(Verdict.class);
    forEach((message, verdict) -> counts.merge(verdict, 1L, Long::sum));
    return counts;
  }

  /** Calls the action for each pending recipient. */
  void forEach(BiConsumer<Message, Verdict> action) {
    var r = CAMPAIGN_RECIPIENT;
    Instant afterTime = Instant.EPOCH;
    long afterId = Long.MIN_VALUE;
    int found;
    do {
      var page =
          sql.select(r.CREATED_AT, r.ID, r.ROUND, r.TIME_ZONE)
              .from(r)
              .where(r.CAMPAIGN_ID.eq(campaign.id()))
              .and(r.STATUS.eq(RecipientStatus.PENDING))
              .and(row(r.CREATED_AT, r.ID).gt(val(afterTime), val(afterId)))
              .orderBy(r.CREATED_AT, r.ID)
              .limit(PAGE)
              .fetch();
      found = page.size();
      for (var pending : page) {
        afterTime = pending.value1();
        afterId = pending.value2();
        Message message = new Message(afterId, pending.value3());
        action.accept(message, verdict(message, afterTime, pending.value4()));
      }
    } while (found == PAGE);
  }

  private Verdict verdict(Message message, Instant createdAt, @Nullable String zone) {
    if (traces.queued(message)) {
      return Verdict.QUEUED;
    }
    if (traces.result(message) != null) {
      return Verdict.RESULT_KNOWN;
    }
    FanOutState pass = traces.pass();
    if (pass != null && traces.returned(message)) {
      return Verdict.RETURNED;
    }
    if (traces.requested(message)) {
      return Verdict.UNKNOWN;
    }
    if (pass != null) {
      return isAhead(pass, zone, createdAt, message.recipientId())
          ? Verdict.TO_COME
          : Verdict.UNKNOWN;
    }
    return requestsAreAllThere ? Verdict.NEVER_REQUESTED : Verdict.UNKNOWN;
  }

  /** Returns whether the producer has yet to reach this recipient. */
  private static boolean isAhead(
      FanOutState pass, @Nullable String zone, Instant createdAt, long id) {
    return switch (pass.phase()) {
      case FanOutState.Requested _ -> true;
      case FanOutState.Feeding(var progress) -> progress.isAhead(zone, createdAt, id);
      case FanOutState.Resending(var progress, _) -> progress.isAhead(zone, createdAt, id);
      case FanOutState.Fed _, FanOutState.Unreadable _ -> false;
    };
  }

  /** Returns the result to write for a recipient; null if there is none. */
  @Nullable SendResult remedy(Message message, Verdict verdict, Instant now) {
    return switch (verdict) {
      case QUEUED, RETURNED, TO_COME, NEVER_REQUESTED -> null;
      case RESULT_KNOWN -> traces.result(message);
      case UNKNOWN ->
          SendResult.of(
                  message.recipientId(),
                  campaign.id(),
                  message.round(),
                  RecipientStatus.UNCONFIRMED,
                  now)
              .error("in_doubt", "its request was lost from Kafka; found by a repair")
              .build();
    };
  }

  /** Returns the verdicts in the order of the report. */
  static List<Verdict> verdicts() {
    return List.of(Verdict.values());
  }
}
