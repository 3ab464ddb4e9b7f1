package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.producer.quota.BacklogLimit;
import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.CampaignRepository.Sender;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A simple model of producer, aggregator and operator: it writes requests as far as the producer's
 * own limit lets it, keeps returned ones until their campaign goes on, and only lets statuses rise.
 */
final class Upstream implements Truth.SendResultView {
  private static final Duration TICK = Duration.ofMillis(100);

  /** How often the backlog is read. */
  private static final int TICKS_A_READING = 5;

  private static final JsonNode MESSAGE = Json.MAPPER.createObjectNode();

  private final Broker broker;
  private final Kernel kernel;
  private final Topics topics;
  private final int partitions;
  private final Backlog backlog;
  private final BacklogLimit limit = new BacklogLimit(Truth.HORIZON);
  private final Map<UUID, Campaign> campaigns = new LinkedHashMap<>();
  private final Map<String, Control> controls = new TreeMap<>();
  private final Map<TopicPartition, Integer> read = new HashMap<>();

  private LaneBacklog.Reading reading;
  private int ticks;
  private boolean away;

  /** A campaign and its recipients. */
  static final class Campaign {
    private final UUID id;
    private final String key;
    private final Sender sender;
    private final OnDoubt onDoubt;
    private final Map<Long, Row> rows = new TreeMap<>();
    private final Map<RecipientStatus, Integer> counters = new EnumMap<>(RecipientStatus.class);
    private final Deque<Long> unfed = new ArrayDeque<>();
    private final Deque<ReturnedRequest> returned = new ArrayDeque<>();
    private int turn;

    Campaign(UUID id, Sender sender, OnDoubt onDoubt, int recipients) {
      this.id = id;
      this.key = Control.campaignKey(id);
      this.sender = sender;
      this.onDoubt = onDoubt;
      counters.put(RecipientStatus.PENDING, recipients);
      for (long recipient = 0; recipient < recipients; recipient++) {
        rows.put(recipient, new Row(RecipientStatus.PENDING, 1));
        unfed.add(recipient);
      }
    }

    UUID id() {
      return id;
    }

    private boolean hasWork() {
      return !unfed.isEmpty() || !returned.isEmpty();
    }

    private int pending() {
      return counters.getOrDefault(RecipientStatus.PENDING, 0);
    }

    private void apply(SendResult result) {
      Row row = rows.get(result.recipientId());
      if (row != null && row.round() == result.round() && row.status().risesTo(result.status())) {
        change(result.recipientId(), row, new Row(result.status(), row.round()));
      }
    }

    private void change(long recipient, Row before, Row after) {
      rows.put(recipient, after);
      counters.merge(before.status(), -1, Integer::sum);
      counters.merge(after.status(), 1, Integer::sum);
    }

    /** Requires that each counter is the count of its rows (I5). */
    private void requireCounted() {
      Map<RecipientStatus, Integer> counted = new EnumMap<>(RecipientStatus.class);
      rows.values().forEach(row -> counted.merge(row.status(), 1, Integer::sum));
      for (RecipientStatus status : RecipientStatus.values()) {
        if (!counters.getOrDefault(status, 0).equals(counted.getOrDefault(status, 0))) {
          throw new Violation("counters " + counters + " of " + id + ", but rows " + counted);
        }
      }
    }
  }

  private record Row(RecipientStatus status, int round) {
    private boolean pending() {
      return status == RecipientStatus.PENDING;
    }
  }

  Upstream(Kernel kernel, Broker broker, Topics topics, int partitions) {
    this.kernel = kernel;
    this.broker = broker;
    this.topics = topics;
    this.partitions = partitions;
    backlog = new Backlog(kernel, broker, broker.group().partitions());
    reading = backlog.read();
    kernel.every(TICK, this::tick);
  }

  void begin(Campaign campaign) {
    campaigns.put(campaign.id, campaign);
  }

  Collection<Campaign> campaigns() {
    return campaigns.values();
  }

  /** Takes the database away, or gives it back. */
  void away(boolean isAway) {
    away = isAway;
  }

  private void tick() {
    boolean feeding = campaigns.values().stream().anyMatch(Campaign::hasWork);
    if (ticks++ % TICKS_A_READING == 0 && feeding) {
      reading = backlog.read();
    }
    if (!away) {
      observe();
      BacklogLimit.Rooms rooms = limit.rooms(reading);
      campaigns.values().forEach(campaign -> feed(campaign, rooms));
      limit.remember(rooms, kernel.nowNanos());
    }
  }

  /** Reads what the workers have committed. */
  private void observe() {
    Set<Campaign> written = new LinkedHashSet<>();
    read(
        new TopicPartition(topics.controls(), 0),
        entry -> {
          Control control = entry.read(Control.class);
          controls.put(new String(entry.key(), StandardCharsets.UTF_8), control);
        });
    read(
        new TopicPartition(topics.sendResults(), 0),
        entry -> {
          SendResult result = entry.read(SendResult.class);
          Campaign campaign = campaign(result.campaignId());
          campaign.apply(result);
          written.add(campaign);
        });
    written.forEach(Campaign::requireCounted);
    read(
        new TopicPartition(topics.returnedRequests(), 0),
        entry -> {
          ReturnedRequest request = entry.read(ReturnedRequest.class);
          Campaign campaign = campaign(request.campaignId());
          campaign.returned.add(request);
          ReturnedRequest.FullLane full = request.full();
          if (full != null) {
            limit.full(
                new LaneKey(campaign.sender.identity().id(), full.lane()),
                Duration.ofSeconds(full.seconds()),
                kernel.nowNanos());
          }
        });
    read(
        new TopicPartition(topics.campaignCommands(), 0),
        entry -> {
          CampaignCommand command = entry.read(CampaignCommand.class);
          if (state(command.campaignId()) != Control.State.CANCELLED) {
            control(command.campaignId(), Control.State.PAUSED);
          }
        });
  }

  private void read(TopicPartition partition, Consumer<Log.Entry> consumer) {
    Log log = broker.log(partition);
    long end = log.stableEnd();
    for (int offset = read.getOrDefault(partition, 0); offset < end; offset++) {
      Log.Entry entry = log.get(offset);
      if (entry.visible()) {
        consumer.accept(entry);
      }
    }
    read.put(partition, (int) end);
  }

  private Campaign campaign(UUID id) {
    Campaign campaign = campaigns.get(id);
    if (campaign == null) {
      throw new Violation("no campaign " + id);
    }
    return campaign;
  }

  private void feed(Campaign campaign, BacklogLimit.Rooms rooms) {
    if (!campaign.hasWork()
        || state(campaign.key) != Control.State.RUNNING
        || state(Control.senderKey(campaign.sender.identity().id())) != Control.State.RUNNING) {
      return;
    }
    while (rooms.of(campaign.sender) > 0) {
      ReturnedRequest again = campaign.returned.poll();
      Long next = again == null ? campaign.unfed.poll() : Long.valueOf(again.recipientId());
      if (next == null) {
        return;
      }
      Row row = campaign.rows.get(next);
      if (row != null && row.pending() && (again == null || row.round() == again.round())) {
        request(campaign, rooms.deal(campaign.sender, campaign.turn++), next, row.round(), again);
      }
    }
  }

  private void request(
      Campaign campaign, int lane, long recipient, int round, @Nullable ReturnedRequest again) {
    SendRequest request =
        new SendRequest(
            recipient,
            campaign.id,
            round,
            campaign.sender.identity(),
            lane,
            campaign.sender.rates().permitsPerSecond(lane),
            "+5511960000000",
            MESSAGE,
            campaign.onDoubt,
            again == null ? 0 : again.attempts(),
            null,
            again == null ? null : again.firstTriedAt());
    LaneKey key = request.laneKey();
    TopicPartition partition = new TopicPartition(topics.sendRequests(), key.partition(partitions));
    broker.append(partition, bytes(key.toString()), Json.write(request));
  }

  private Control.State state(UUID campaign) {
    return state(Control.campaignKey(campaign));
  }

  private Control.State state(String key) {
    Control control = controls.get(key);
    return control == null ? Control.State.RUNNING : control.state();
  }

  /** Sets a campaign's control as an operator does; a cancelled campaign stays cancelled. */
  void control(UUID campaign, Control.State state) {
    if (state(campaign) != Control.State.CANCELLED) {
      write(Control.campaignKey(campaign), new Control(state, "an operator"));
    }
  }

  /** Unblocks senders, as an operator does, that nothing else would unblock. */
  void unblockSenders() {
    for (Map.Entry<String, Control> control : Map.copyOf(controls).entrySet()) {
      if (control.getValue().state() == Control.State.BLOCKED
          && !control.getValue().endsByItself()) {
        write(control.getKey(), new Control(Control.State.RUNNING, "an operator"));
      }
    }
  }

  /** Resumes all paused campaigns, as an operator does, whoever paused them. */
  void resumeAll() {
    campaigns.values().stream()
        .filter(campaign -> state(campaign.id) == Control.State.PAUSED)
        .forEach(campaign -> control(campaign.id, Control.State.RUNNING));
  }

  private void write(String key, Control control) {
    broker.append(new TopicPartition(topics.controls(), 0), bytes(key), Json.write(control));
    controls.put(key, control);
  }

  /** Resends, in a new round, to the recipients in doubt. */
  void resendUnconfirmed(Campaign campaign) {
    Map.copyOf(campaign.rows).entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .filter(entry -> entry.getValue().status() == RecipientStatus.UNCONFIRMED)
        .forEach(entry -> {
          Row row = entry.getValue();
          campaign.unfed.add(entry.getKey());
          campaign.change(entry.getKey(), row, new Row(RecipientStatus.PENDING, row.round() + 1));
        });
  }

  /** Writes the provider's receipt for a message that it has taken. */
  void receipt(Message message) {
    SendResult result =
        SendResult.of(
                message.recipient(),
                message.campaign(),
                message.round(),
                RecipientStatus.DELIVERED,
                Instant.EPOCH)
            .messageId("id." + message.recipient())
            .build();
    broker.append(
        new TopicPartition(topics.sendResults(), 0),
        bytes(message.campaign().toString()),
        Json.write(result));
  }

  /** Returns whether every recipient has a result, apart from those of cancelled campaigns. */
  boolean settled() {
    return campaigns.values().stream()
        .allMatch(
            campaign -> campaign.pending() == 0 || state(campaign.key) == Control.State.CANCELLED);
  }

  /** Describes the recipients that are not settled, for people. */
  List<String> unsettled() {
    return campaigns.values().stream()
        .map(campaign ->
            state(campaign.id)
                + " "
                + campaign.id
                + " unfed "
                + campaign.unfed.size()
                + " returned "
                + campaign.returned.size()
                + " pending "
                + campaign.rows.entrySet().stream()
                    .filter(row -> row.getValue().pending())
                    .map(Map.Entry::getKey)
                    .toList())
        .toList();
  }

  @Override
  public @Nullable RecipientStatus status(Message message) {
    Row row = campaign(message.campaign()).rows.get(message.recipient());
    return row == null || row.round() != message.round() ? null : row.status();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
