package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Truth.Message;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A simple model of producer, aggregator and operator: it writes requests, keeps returned ones
 * until their campaign goes on, and only lets statuses rise.
 */
final class Upstream implements Truth.SendResultView {
  private static final Duration TICK = Duration.ofMillis(100);
  private static final int MOST_AHEAD = 40;
  private static final JsonNode MESSAGE = Json.MAPPER.createObjectNode();

  private final Broker broker;
  private final Truth truth;
  private final Topics topics;
  private final int partitions;
  private final Map<UUID, Campaign> campaigns = new LinkedHashMap<>();
  private final Map<String, Control> controls = new TreeMap<>();
  private final Map<TopicPartition, Integer> read = new HashMap<>();

  /**
   * A sender.
   *
   * @param permitsPerSecond the rate of each lane, messages/s
   */
  record Sender(String id, int lanes, double permitsPerSecond) {}

  /** A campaign and its recipients. */
  static final class Campaign {
    private final UUID id;
    private final Sender sender;
    private final OnDoubt onDoubt;
    private final Map<Long, Row> rows = new TreeMap<>();
    private final Deque<Long> unfed = new ArrayDeque<>();
    private final Deque<ReturnedRequest> returned = new ArrayDeque<>();
    private int turn;

    Campaign(UUID id, Sender sender, OnDoubt onDoubt, int recipients) {
      this.id = id;
      this.sender = sender;
      this.onDoubt = onDoubt;
      for (long recipient = 0; recipient < recipients; recipient++) {
        rows.put(recipient, new Row(RecipientStatus.PENDING, 1));
        unfed.add(recipient);
      }
    }

    UUID id() {
      return id;
    }

    private long pending() {
      return rows.values().stream().filter(Row::pending).count();
    }
  }

  private record Row(RecipientStatus status, int round) {
    private boolean pending() {
      return status == RecipientStatus.PENDING;
    }
  }

  Upstream(Kernel kernel, Broker broker, Truth truth, Topics topics, int partitions) {
    this.broker = broker;
    this.truth = truth;
    this.topics = topics;
    this.partitions = partitions;
    kernel.every(TICK, this::tick);
  }

  void begin(Campaign campaign) {
    campaigns.put(campaign.id, campaign);
  }

  Collection<Campaign> campaigns() {
    return campaigns.values();
  }

  private void tick() {
    observe();
    campaigns.values().forEach(this::feed);
  }

  /** Reads what the workers have committed. */
  private void observe() {
    read(
        new TopicPartition(topics.controls(), 0),
        (key, value) -> {
          Control control = Json.read(value, Control.class);
          controls.put(new String(key, StandardCharsets.UTF_8), control);
        });
    read(
        new TopicPartition(topics.sendResults(), 0),
        (key, value) -> apply(Json.read(value, SendResult.class)));
    read(
        new TopicPartition(topics.returnedRequests(), 0),
        (key, value) -> {
          ReturnedRequest request = Json.read(value, ReturnedRequest.class);
          campaign(request.campaignId()).returned.add(request);
        });
    read(
        new TopicPartition(topics.campaignCommands(), 0),
        (key, value) -> {
          CampaignCommand command = Json.read(value, CampaignCommand.class);
          if (state(command.campaignId()) != Control.State.CANCELLED) {
            control(command.campaignId(), Control.State.PAUSED);
          }
        });
    for (int partition = 0; partition < partitions; partition++) {
      TopicPartition place = new TopicPartition(topics.sendRequests(), partition);
      read(place, (offset, request) -> truth.requested(request, place, offset), SendRequest.class);
    }
  }

  private void read(TopicPartition partition, BiConsumer<byte[], byte[]> consumer) {
    Log log = broker.log(partition);
    long end = log.stableEnd();
    for (int offset = read.getOrDefault(partition, 0); offset < end; offset++) {
      Log.Entry entry = log.get(offset);
      if (entry.visible()) {
        consumer.accept(entry.key(), entry.value());
      }
    }
    read.put(partition, (int) end);
  }

  private <T> void read(TopicPartition partition, BiConsumer<Long, T> consumer, Class<T> type) {
    Log log = broker.log(partition);
    long end = log.stableEnd();
    for (int offset = read.getOrDefault(partition, 0); offset < end; offset++) {
      Log.Entry entry = log.get(offset);
      if (entry.visible()) {
        consumer.accept((long) offset, Json.read(entry.value(), type));
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

  private void apply(SendResult result) {
    truth.resulted(result);
    campaign(result.campaignId())
        .rows
        .computeIfPresent(
            result.recipientId(),
            (id, row) ->
                row.round() == result.round() && row.status().risesTo(result.status())
                    ? new Row(result.status(), row.round())
                    : row);
  }

  private void feed(Campaign campaign) {
    if (state(campaign.id) != Control.State.RUNNING
        || state(Control.senderKey(campaign.sender.id())) != Control.State.RUNNING) {
      return;
    }
    long ahead = campaign.pending() - campaign.unfed.size() - campaign.returned.size();
    for (; ahead < MOST_AHEAD; ahead++) {
      ReturnedRequest again = campaign.returned.poll();
      if (again != null) {
        Row row = campaign.rows.get(again.recipientId());
        if (row != null && row.pending() && row.round() == again.round()) {
          request(campaign, again.recipientId(), again.round(), again);
        }
        continue;
      }
      Long next = campaign.unfed.poll();
      if (next == null) {
        return;
      }
      Row row = campaign.rows.get(next);
      request(campaign, next, row == null ? 1 : row.round(), null);
    }
  }

  private void request(
      Campaign campaign, long recipient, int round, @Nullable ReturnedRequest again) {
    int lane = campaign.turn++ % campaign.sender.lanes();
    SendRequest request =
        new SendRequest(
            recipient,
            campaign.id,
            round,
            new SendRequest.Sender(campaign.sender.id(), "whatsapp", "1"),
            lane,
            campaign.sender.permitsPerSecond(),
            "+5511960000000",
            MESSAGE,
            campaign.onDoubt,
            again == null ? 0 : again.attempts(),
            null,
            again == null ? null : again.firstTriedAt());
    LaneKey key = request.laneKey();
    TopicPartition partition = new TopicPartition(topics.sendRequests(), key.partition(partitions));
    broker.append(partition, bytes(key.toString()), Json.write(request));
    // Recorded before a worker can read it.
    truth.requested(request, partition, broker.log(partition).end() - 1);
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
      truth.controlled(campaign, state);
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
    campaign.rows.replaceAll((id, row) -> {
      if (row.status() != RecipientStatus.UNCONFIRMED) {
        return row;
      }
      campaign.unfed.add(id);
      return new Row(RecipientStatus.PENDING, row.round() + 1);
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
            campaign -> state(campaign.id) == Control.State.CANCELLED || campaign.pending() == 0);
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
