package dev.sluice.benchmark.simulation;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.CampaignStanding;
import dev.sluice.producer.sql.CampaignStarts;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.producer.sql.ResendRepository;
import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jooq.JSONB;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of campaigns and recipients, and what the statements of producer and aggregator do with
 * them: each call is one transaction. After each, a counter is the number of its rows (I5), and no
 * status has fallen within a round (I4).
 */
final class Tables
    implements CampaignRepository, CampaignStarts, RecipientPages, ResultRows, Truth.Rows {
  private static final MessageTemplate TEMPLATE =
      new MessageTemplate(
          Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Good morning\"}}"));

  private static final JSONB NO_VARIABLES = JSONB.valueOf("{}");

  private final Map<UUID, Campaign> campaigns = new LinkedHashMap<>();
  private final Map<String, Sender> senders = new HashMap<>();
  private final UnaryOperator<Violation> violated;
  private Trouble trouble = Trouble.NONE;
  private int version;

  /** What is wrong with the database. */
  enum Trouble {
    NONE,
    AWAY,
    /** What is written is committed, but the connection breaks before the response. */
    BREAKS
  }

  private record Row(RecipientStatus status, int round) {}

  /** A campaign's row and its recipients. */
  private final class Campaign {
    private final CampaignRepository.Campaign fixed;
    private final TreeMap<Long, Row> recipients = new TreeMap<>();
    private final Map<RecipientStatus, Long> counters = new EnumMap<>(RecipientStatus.class);
    private CampaignStatus status = CampaignStatus.DRAFT;
    private int round = 1;
    private @Nullable Instant startCommandAt;
    private long startOffset = -1;
    private long resendOffset = -1;

    Campaign(CampaignRepository.Campaign fixed, int recipients) {
      this.fixed = fixed;
      for (long id = 0; id < recipients; id++) {
        this.recipients.put(id, new Row(RecipientStatus.PENDING, 1));
      }
    }

    private boolean underWay() {
      return status == CampaignStatus.SENDING || status == CampaignStatus.PAUSED;
    }

    private long count(RecipientStatus one) {
      return counters.getOrDefault(one, 0L);
    }

    private long pending() {
      return recipients.size() - counters.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Moves a counter; pending recipients have none. */
    private void move(RecipientStatus one, long by) {
      if (one != RecipientStatus.PENDING) {
        counters.merge(one, by, Long::sum);
      }
    }

    private void requireCounted() {
      Map<RecipientStatus, Long> counted = new EnumMap<>(RecipientStatus.class);
      recipients.values().forEach(row -> counted.merge(row.status(), 1L, Long::sum));
      for (RecipientStatus one : RecipientStatus.values()) {
        long counter = one == RecipientStatus.PENDING ? pending() : count(one);
        if (counter != counted.getOrDefault(one, 0L)) {
          throw violated.apply(
              new Violation(
                  "counters " + counters + " of " + fixed.id() + ", but rows " + counted));
        }
      }
    }

    private CampaignStanding standing() {
      return new CampaignStanding(
          status,
          round,
          null,
          new CampaignEvent.Counts(
              recipients.size(),
              pending(),
              count(RecipientStatus.SENT),
              count(RecipientStatus.DELIVERED),
              count(RecipientStatus.READ),
              count(RecipientStatus.FAILED),
              count(RecipientStatus.UNCONFIRMED),
              count(RecipientStatus.SUPPRESSED)),
          null);
    }

    private CampaignCounts counts() {
      Map<RecipientStatus, Long> all = new EnumMap<>(RecipientStatus.class);
      Stream.of(RecipientStatus.values())
          .filter(one -> one != RecipientStatus.PENDING)
          .forEach(one -> all.put(one, count(one)));
      return new CampaignCounts(status, round, recipients.size(), all, null, null);
    }

    private RecipientPages.Recipient recipient(long id, Row row) {
      return new RecipientPages.Recipient(
          id, "+5511960000000", NO_VARIABLES, row.round(), Instant.EPOCH, false, true, true, null);
    }
  }

  /**
   * Creates empty tables.
   *
   * @param violated told of each violation before it is thrown, as services survive errors of tasks
   */
  Tables(UnaryOperator<Violation> violated) {
    this.violated = violated;
  }

  void add(Sender sender) {
    senders.put(sender.identity().id(), sender);
  }

  void add(UUID id, String senderId, OnDoubt onDoubt, int recipients) {
    campaigns.put(
        id,
        new Campaign(
            new CampaignRepository.Campaign(id, senderId, TEMPLATE, onDoubt, 1, null, false, null),
            recipients));
  }

  void set(Trouble now) {
    trouble = now;
  }

  /** Returns a number that changes with the rows. */
  int version() {
    return version;
  }

  /** Returns the campaigns that were created. */
  List<UUID> ids() {
    return List.copyOf(campaigns.keySet());
  }

  /** Returns whether every campaign has ended. */
  boolean ended() {
    return campaigns.values().stream()
        .allMatch(one ->
            one.status == CampaignStatus.COMPLETED || one.status == CampaignStatus.CANCELLED);
  }

  /** Returns which end of its round a campaign that has ended has come to. */
  Truth.End end(UUID id) {
    Campaign one = Objects.requireNonNull(campaigns.get(id));
    return new Truth.End(
        one.round,
        one.status == CampaignStatus.COMPLETED
            ? CampaignEvent.Event.COMPLETED
            : CampaignEvent.Event.CANCELLED);
  }

  private @Nullable Campaign campaign(UUID id) {
    if (trouble == Trouble.AWAY) {
      throw broken();
    }
    return campaigns.get(id);
  }

  private static DataAccessException broken() {
    return new DataAccessException("no connection", new SQLException("no connection", "08006"));
  }

  /** Ends a transaction that has changed a campaign. */
  private <T> T committed(Campaign changed, T answer) {
    version++;
    changed.requireCounted();
    if (trouble == Trouble.BREAKS) {
      throw broken();
    }
    return answer;
  }

  @Override
  public Map<UUID, Due> scheduledUntil(Instant moment) {
    return Map.of();
  }

  @Override
  public Optional<CampaignRepository.Campaign> find(UUID campaignId) {
    return Optional.ofNullable(campaign(campaignId)).map(one -> one.fixed);
  }

  @Override
  public Sender sender(String senderId) {
    if (trouble == Trouble.AWAY) {
      throw broken();
    }
    return Objects.requireNonNull(senders.get(senderId));
  }

  @Override
  public Optional<String> stopped(UUID campaignId) {
    return Optional.empty();
  }

  @Override
  public boolean hasEnded(UUID campaignId) {
    Campaign one = campaign(campaignId);
    return one != null
        && (one.status == CampaignStatus.COMPLETED || one.status == CampaignStatus.CANCELLED);
  }

  @Override
  public Optional<CampaignStanding> record(UUID campaignId, Control.State state) {
    Campaign one = campaign(campaignId);
    if (one == null) {
      return Optional.empty();
    }
    CampaignStatus wanted =
        switch (state) {
          case RUNNING -> CampaignStatus.SENDING;
          case PAUSED -> CampaignStatus.PAUSED;
          case CANCELLED -> CampaignStatus.CANCELLED;
          case BLOCKED -> throw violated.apply(new Violation("senders are blocked, not campaigns"));
        };
    if (one.underWay()
        || (wanted == CampaignStatus.CANCELLED && one.status == CampaignStatus.DRAFT)) {
      one.status = wanted;
    }
    return committed(one, Optional.of(one.standing()));
  }

  @Override
  public Map<CampaignStatus, Integer> notUnderWay() {
    return Map.of();
  }

  @Override
  public Map<UUID, CampaignStanding> standings(Collection<UUID> campaignIds) {
    Map<UUID, CampaignStanding> standings = new HashMap<>();
    for (UUID id : campaignIds) {
      Campaign one = campaign(id);
      if (one != null) {
        standings.put(id, one.standing());
      }
    }
    return standings;
  }

  @Override
  public Start start(UUID campaignId, FanOutState.Origin command, Instant now) {
    Campaign one = campaign(campaignId);
    if (one == null) {
      return new Unknown();
    }
    boolean same =
        command.offset() == one.startOffset && Objects.equals(command.at(), one.startCommandAt);
    return switch (one.status) {
      case DRAFT, SCHEDULED -> {
        one.status = CampaignStatus.SENDING;
        one.startOffset = command.offset();
        one.startCommandAt = command.at();
        yield committed(one, new Started(one.fixed, one.standing(), now));
      }
      case SENDING, PAUSED ->
          same ? new Started(one.fixed, one.standing(), now) : new StartedBefore();
      case COMPLETED -> same ? new Empty(one.standing()) : new Over(one.status);
      case CANCELLED -> new Over(one.status);
    };
  }

  @Override
  public @Nullable Cursor reach(UUID campaignId, @Nullable ZonePasses zones, Cursor cursor) {
    return null;
  }

  @Override
  public List<Recipient> after(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor) {
    Campaign one = Objects.requireNonNull(campaign(campaignId));
    return one.recipients.entrySet().stream()
        .filter(entry -> new Cursor(Instant.EPOCH, entry.getKey()).compareTo(cursor) > 0)
        .filter(entry -> entry.getValue().status() == RecipientStatus.PENDING)
        .limit(limit)
        .map(entry -> one.recipient(entry.getKey(), entry.getValue()))
        .toList();
  }

  @Override
  public List<Recipient> pending(
      UUID campaignId, Collection<Long> ids, @Nullable String countedFor) {
    Campaign one = Objects.requireNonNull(campaign(campaignId));
    List<Recipient> found = new ArrayList<>();
    for (Long id : ids) {
      Row row = one.recipients.get(id);
      if (row != null && row.status() == RecipientStatus.PENDING) {
        found.add(one.recipient(id, row));
      }
    }
    return found;
  }

  @Override
  public List<Recipient> madeUp(int count) {
    throw new UnsupportedOperationException();
  }

  /** The resends of one task. */
  final class Resends implements ResendRepository {
    /** A few, so that a resend takes several steps. */
    private static final int BATCH = 5;

    private final Map<UUID, Place> places = new HashMap<>();

    private record Place(long offset, List<RecipientStatus> left, long after) {}

    @Override
    public Progress step(UUID campaignId, FanOutState.Resend resend) {
      Campaign one = Objects.requireNonNull(campaign(campaignId));
      Place place = places.get(campaignId);
      if (place == null || place.offset() != resend.offset()) {
        place = new Place(resend.offset(), resend.statuses().stream().sorted().toList(), -1);
      }
      boolean mine = one.resendOffset == resend.offset();
      boolean allowed = one.underWay() ? mine : one.status == CampaignStatus.COMPLETED && !mine;
      if (place.left().isEmpty() || !allowed) {
        places.remove(campaignId);
        return one.underWay() && mine ? Progress.READY : Progress.NOTHING_TO_DO;
      }
      places.put(campaignId, batch(one, place));
      return Progress.MORE;
    }

    private Place batch(Campaign one, Place place) {
      RecipientStatus status = place.left().getFirst();
      List<Long> page =
          one.recipients.tailMap(place.after(), false).entrySet().stream()
              .filter(entry -> entry.getValue().status() == status)
              .map(Map.Entry::getKey)
              .limit(BATCH)
              .toList();
      boolean begins = !page.isEmpty() && !one.underWay();
      if (begins) {
        one.round++;
        one.status = CampaignStatus.SENDING;
        one.resendOffset = place.offset();
      }
      for (Long id : page) {
        one.recipients.put(id, new Row(RecipientStatus.PENDING, one.round));
        one.move(status, -1);
      }
      return committed(
          one,
          page.size() < BATCH
              ? new Place(place.offset(), place.left().subList(1, place.left().size()), -1)
              : new Place(place.offset(), place.left(), page.getLast()));
    }
  }

  @Override
  public Optional<CampaignCounts> write(UUID campaignId, Collection<SendResult> batch) {
    Campaign one = campaign(campaignId);
    if (one == null) {
      return Optional.empty();
    }
    Set<Long> written = new HashSet<>();
    for (SendResult result : batch) {
      if (!written.add(result.recipientId())) {
        throw violated.apply(
            new Violation("a batch has two results of recipient " + result.recipientId()));
      }
      Row row = one.recipients.get(result.recipientId());
      if (row != null && row.round() == result.round() && row.status().risesTo(result.status())) {
        one.recipients.put(result.recipientId(), new Row(result.status(), row.round()));
        one.move(row.status(), -1);
        one.move(result.status(), 1);
      }
    }
    if (one.underWay() && one.pending() <= 0) {
      one.status = CampaignStatus.COMPLETED;
    }
    return committed(one, Optional.of(one.counts()));
  }

  @Override
  public Optional<CampaignCounts> read(UUID campaignId) {
    return Optional.ofNullable(campaign(campaignId)).map(Campaign::counts);
  }

  @Override
  public void rehearse() {
    if (trouble == Trouble.AWAY) {
      throw broken();
    }
  }

  @Override
  public @Nullable RecipientStatus status(Message message) {
    Campaign one = Objects.requireNonNull(campaigns.get(message.campaign()));
    Row row = one.recipients.get(message.recipient());
    return row == null || row.round() != message.round() ? null : row.status();
  }

  /** Describes the campaigns, for people. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    campaigns.forEach((id, one) ->
        text.append(one.status)
            .append(' ')
            .append(id)
            .append(" round ")
            .append(one.round)
            .append(" pending ")
            .append(
                one.recipients.entrySet().stream()
                    .filter(row -> row.getValue().status() == RecipientStatus.PENDING)
                    .map(Map.Entry::getKey)
                    .toList())
            .append("; "));
    return text.toString();
  }
}
