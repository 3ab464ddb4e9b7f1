package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Broker.Commit;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Control;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The model's record of what has really happened, invisible to the system, which checks the
 * invariants at every launch and after every event that has committed something.
 */
final class Truth implements Broker.Observer, CommittedWindows.Ledger {
  /** The time within which pause and cancel take effect. */
  private static final Duration CONTROL = Duration.ofSeconds(1);

  /** The age at which a declared start is no longer launched. */
  private static final Duration STALLED = Duration.ofSeconds(3);

  /** The work that may be queued for a lane. */
  static final Duration HORIZON = Duration.ofSeconds(10);

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** The share of its rate that a lane may send in addition, as the engine's sliding window has. */
  private static final double CATCH_UP = 1 / 160.0;

  private final Kernel kernel;
  private final Broker broker;
  private final Map<Message, History> messages = new LinkedHashMap<>();
  private final Topics topics;
  private final Map<Place, SendRequest> requests = new HashMap<>();
  private final Map<LaneKey, Deque<Long>> launches = new HashMap<>();
  private final Map<String, Stop> stops = new HashMap<>();

  /** Requests that are not done, by lane. */
  private final Map<LaneKey, Integer> queued = new HashMap<>();

  /** The newest requests of the lanes to which something was added since the last check. */
  private final Map<LaneKey, SendRequest> grown = new HashMap<>();

  /** Requests that were written again without having been returned, until they are done. */
  private final Set<Place> superseded = new HashSet<>();

  private long controlsRead;
  private int launched;

  /** How many results have told something new. */
  private int results;

  private final Set<Announcement> announced = new HashSet<>();

  /** What upstream is told once. */
  private record Announcement(UUID campaign, int round, CampaignEvent.Event event) {}

  /** An end of a round. */
  record End(int round, CampaignEvent.Event event) {}

  /** One message to one recipient, in one round. */
  record Message(UUID campaign, long recipient, int round) {
    static Message of(SendRequest request) {
      return new Message(request.campaignId(), request.recipientId(), request.round());
    }

    static Message of(String callbackData) {
      String[] parts = callbackData.split(":", 3);
      return new Message(
          UUID.fromString(parts[0]), Long.parseLong(parts[1]), Integer.parseInt(parts[2]));
    }
  }

  /** A request in the log. */
  private record Place(TopicPartition partition, long offset) {}

  /** A control of a campaign or sender, and since when it runs or does not. */
  private record Stop(Control.State state, long sinceNanos) {}

  /** One call to the provider. */
  static final class Attempt {
    private boolean taken;
    private boolean knownNotTaken;

    /** Records that the provider has taken the message. */
    void take() {
      taken = true;
    }

    /** Records that the worker was told that the provider did not take it. */
    void refuse() {
      knownNotTaken = true;
    }
  }

  private static final class History {
    /** The newest request, which may be in another lane than the first. */
    private SendRequest request;

    private final List<Place> places = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private boolean concluded;

    /** The highest status that a result of it has. */
    private RecipientStatus highest = RecipientStatus.PENDING;

    /** Whether its newest request was given back. */
    private boolean returned;

    private History(SendRequest request) {
      this.request = request;
    }

    private boolean taken() {
      return attempts.stream().anyMatch(attempt -> attempt.taken);
    }

    private boolean mayBeTaken() {
      return attempts.stream().anyMatch(attempt -> !attempt.knownNotTaken);
    }
  }

  Truth(Kernel kernel, Broker broker, Topics topics) {
    this.kernel = kernel;
    this.broker = broker;
    this.topics = topics;
  }

  int launched() {
    return launched;
  }

  @Override
  public void committed(TopicPartition partition, long offset, Log.Entry entry) {
    String topic = partition.topic();
    if (topic.equals(topics.sendRequests())) {
      requested(entry.read(SendRequest.class), new Place(partition, offset));
    } else if (topic.equals(topics.sendResults())) {
      resulted(entry.read(SendResult.class));
    } else if (topic.equals(topics.returnedRequests())) {
      returned(entry.read(ReturnedRequest.class));
    } else if (topic.equals(topics.campaignEvents())) {
      announced(entry.read(CampaignEvent.class));
    }
  }

  /** Notes the controls that can be read by now. */
  void readControls() {
    Log log = broker.log(new TopicPartition(topics.controls(), 0));
    long end = log.stableEnd();
    for (; controlsRead < end; controlsRead++) {
      Log.Entry entry = log.get(controlsRead);
      if (entry.visible()) {
        String key = new String(entry.key(), StandardCharsets.UTF_8);
        controlled(key, entry.read(Control.class).state());
      }
    }
  }

  private void requested(SendRequest request, Place place) {
    Message message = Message.of(request);
    History history = messages.computeIfAbsent(message, any -> new History(request));
    if (!history.places.isEmpty() && !history.returned) {
      superseded.add(history.places.getLast());
    }
    kernel.trace(() -> "request " + request.laneKey() + " " + message);
    history.request = request;
    history.places.add(place);
    history.returned = false;
    requests.put(place, request);
    queued.merge(request.laneKey(), 1, Integer::sum);
    grown.put(request.laneKey(), request);
  }

  private void returned(ReturnedRequest request) {
    Message message = new Message(request.campaignId(), request.recipientId(), request.round());
    history(message).returned = true;
  }

  /** Requires that each end and each start of a round is announced once (I1). */
  private void announced(CampaignEvent event) {
    switch (event.event()) {
      case STARTED, COMPLETED, CANCELLED -> {
        if (!announced.add(new Announcement(event.campaignId(), event.round(), event.event()))) {
          throw new Violation(event + " is announced again");
        }
      }
      case PAUSED, RESUMED -> {}
    }
  }

  /** Returns whether upstream was told of an end. */
  boolean isAnnounced(UUID campaign, End end) {
    return announced.contains(new Announcement(campaign, end.round(), end.event()));
  }

  private void controlled(String key, Control.State state) {
    Stop before = stops.get(key);
    long sinceNanos =
        before != null && before.state() != Control.State.RUNNING && state != Control.State.RUNNING
            ? before.sinceNanos()
            : kernel.nowNanos();
    stops.put(key, new Stop(state, sinceNanos));
  }

  private History history(Message message) {
    History history = messages.get(message);
    if (history == null) {
      throw new Violation(message + ", which nobody was to send");
    }
    return history;
  }

  /** Requires that no progress is committed without what has become of the request (I1). */
  @Override
  public void done(TopicPartition partition, long offset) {
    Place place = new Place(partition, offset);
    SendRequest request = requests.get(place);
    if (request == null) {
      // A marker, or a record that was not committed.
      return;
    }
    superseded.remove(place);
    queued.merge(request.laneKey(), -1, Integer::sum);
    Message message = Message.of(request);
    History history = history(message);
    boolean newest = history.places.getLast().equals(place);
    if (newest && !history.concluded && !history.returned && !cancelled(message)) {
      throw new Violation(
          message + " at " + place + " is done, but nothing says what became of it");
    }
  }

  private boolean cancelled(Message message) {
    Stop stop = stops.get(Control.campaignKey(message.campaign()));
    return stop != null && stop.state() == Control.State.CANCELLED;
  }

  /** Requires that only what was certainly not sent may be sent by the next owner (I2). */
  @Override
  public void backToWaiting(TopicPartition partition, long offset) {
    SendRequest request = requests.get(new Place(partition, offset));
    if (request != null && request.onDoubt() == OnDoubt.HOLD) {
      Message message = Message.of(request);
      if (history(message).mayBeTaken()) {
        throw new Violation(message + " waits again although an attempt was taken or is in doubt");
      }
    }
  }

  /**
   * Requires that a request is only written again once it was returned, or by a worker that is done
   * with it at the same time (I1).
   */
  void requireWrittenOnce() {
    if (!superseded.isEmpty()) {
      Place place = superseded.iterator().next();
      throw new Violation(
          requests.get(place) + " at " + place + " is requested again, but was not returned");
    }
  }

  /** Requires that no lane has more queued than it sends in 10 s (I7). */
  void requireBoundedBacklog() {
    if (grown.isEmpty()) {
      return;
    }
    grown.forEach((lane, request) -> {
      double most = Math.max(1, Math.ceil(request.permitsPerSecond() * HORIZON.toSeconds()));
      int requestsOfLane = queued.getOrDefault(lane, 0);
      if (requestsOfLane > most) {
        throw new Violation(
            requestsOfLane
                + " requests are queued in "
                + lane
                + " of "
                + request.permitsPerSecond()
                + "/s");
      }
    });
    grown.clear();
  }

  /** Checks and records a worker's call to the provider. */
  Attempt launched(SimProcess worker, Message message) {
    launched++;
    History history = history(message);
    boolean resend = history.request.onDoubt() == OnDoubt.RESEND;
    if (!resend) {
      requireNeverSent(message, history);
      requireDeclared(message, history);
    }
    kernel.trace(() -> worker.name() + " launches " + history.request.laneKey() + " " + message);
    requireNotStopped(worker, message, Control.campaignKey(message.campaign()));
    requireNotStopped(worker, message, Control.senderKey(history.request.sender().id()));
    requireRate(history.request);
    Attempt attempt = new Attempt();
    history.attempts.add(attempt);
    return attempt;
  }

  private static void requireNeverSent(Message message, History history) {
    for (Attempt before : history.attempts) {
      if (!before.knownNotTaken) {
        throw new Violation(
            message
                + " is sent again although an attempt "
                + (before.taken ? "was taken" : "is in doubt"));
      }
    }
  }

  /**
   * Requires that its start is committed, so that a worker that took over now would treat it as in
   * doubt. The commit must be recent: otherwise another worker may have done so, or the message may
   * no longer be wanted.
   */
  private void requireDeclared(Message message, History history) {
    Place place = history.places.getLast();
    List<Commit> commits = broker.commits(place.partition());
    int first = commits.size();
    while (first > 0
        && state(commits.get(first - 1).offset(), place.offset()) != WindowCodec.State.WAITING) {
      first--;
    }
    if (first == commits.size()) {
      throw new Violation(
          message + " at " + place + " is launched, but committed is only " + commits.getLast());
    }
    long age = kernel.nowNanos() - commits.get(first).sinceNanos();
    if (age > STALLED.toNanos()) {
      throw new Violation(message + " is launched " + age / 1_000_000 + " ms after its start");
    }
  }

  private static WindowCodec.State state(OffsetAndMetadata committed, long offset) {
    long next = committed.offset();
    if (offset < next) {
      return WindowCodec.State.DONE;
    }
    try {
      for (WindowCodec.Run run : WindowCodec.decode(committed.metadata())) {
        next += run.length();
        if (offset < next) {
          return run.state();
        }
      }
      return WindowCodec.State.WAITING;
    } catch (UnreadableWindowException e) {
      throw new Violation("unreadable window " + committed, e);
    }
  }

  private void requireNotStopped(SimProcess worker, Message message, String key) {
    Stop stop = stops.get(key);
    // A worker that has just been thawed has not read it yet.
    Duration most = worker.awakeFor(CONTROL) ? CONTROL : STALLED;
    if (stop != null
        && stop.state() != Control.State.RUNNING
        && kernel.nowNanos() - stop.sinceNanos() > most.toNanos()) {
      throw new Violation(
          message
              + " is launched "
              + (kernel.nowNanos() - stop.sinceNanos()) / 1_000_000
              + " ms after "
              + key
              + " was "
              + stop.state());
    }
  }

  private void requireRate(SendRequest request) {
    Deque<Long> recent = launches.computeIfAbsent(request.laneKey(), any -> new ArrayDeque<>());
    long now = kernel.nowNanos();
    while (!recent.isEmpty() && now - recent.element() >= SECOND) {
      recent.remove();
    }
    recent.add(now);
    double rate = request.permitsPerSecond();
    int most = (int) Math.ceil(rate) + (int) Math.round(rate * CATCH_UP);
    if (recent.size() > most) {
      throw new Violation(
          recent.size() + " launches within a second in " + request.laneKey() + " of " + rate);
    }
  }

  private void resulted(SendResult result) {
    Message message = new Message(result.campaignId(), result.recipientId(), result.round());
    History history = history(message);
    kernel.trace(() -> result.status() + " of " + message);
    // A receipt is not what the worker says.
    history.concluded |= result.status() != RecipientStatus.DELIVERED;
    if (history.highest.risesTo(result.status())) {
      history.highest = result.status();
      results++;
    }
    boolean certain = history.request.onDoubt() == OnDoubt.HOLD;
    if (result.status() == RecipientStatus.SENT && !history.taken()) {
      throw new Violation(message + " is SENT, but the provider has not taken it");
    }
    if (result.status() == RecipientStatus.FAILED && certain && history.taken()) {
      throw new Violation(
          message + " is FAILED (" + result.errorCode() + "), but the provider has taken it");
    }
  }

  /** Returns a number that changes with what rows have to show. */
  int results() {
    return results;
  }

  /** Returns a message whose row does not show all that its results say; null if there is none. */
  @Nullable Message unwritten(Rows rows) {
    for (Map.Entry<Message, History> entry : messages.entrySet()) {
      RecipientStatus status = rows.status(entry.getKey());
      if (status != null && status != entry.getValue().highest) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** Checks, once everything is over, that messages marked failed were not taken later. */
  void requireHonest(Rows rows) {
    messages.forEach((message, history) -> {
      RecipientStatus status = rows.status(message);
      if (status == RecipientStatus.FAILED
          && history.request.onDoubt() == OnDoubt.HOLD
          && history.taken()) {
        throw new Violation(message + " is FAILED in the end, but the provider has taken it");
      }
    });
  }

  /** The rows of recipients. */
  interface Rows {
    /**
     * Returns the status of a message's recipient, or null if its round is not the recipient's
     * current one.
     */
    @Nullable RecipientStatus status(Message message);
  }
}
