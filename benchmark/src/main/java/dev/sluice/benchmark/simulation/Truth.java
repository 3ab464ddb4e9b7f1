package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Broker.Commit;
import dev.sluice.schema.Control;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The model's record of what has really happened, invisible to the system, which checks the
 * invariants at every launch, response and result.
 */
final class Truth {
  /** The time within which pause and cancel take effect. */
  private static final Duration CONTROL = Duration.ofSeconds(1);

  /** The age at which a declared start is no longer launched. */
  private static final Duration STALLED = Duration.ofSeconds(3);

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Kernel kernel;
  private final Broker broker;
  private final Map<Message, History> messages = new HashMap<>();
  private final Map<LaneKey, Deque<Long>> launches = new HashMap<>();
  private final Map<String, Stop> stops = new HashMap<>();
  private int launched;

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

  /** A control of a campaign, and since when it applies. */
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

    private History(SendRequest request) {
      this.request = request;
    }

    private boolean taken() {
      return attempts.stream().anyMatch(attempt -> attempt.taken);
    }
  }

  Truth(Kernel kernel, Broker broker) {
    this.kernel = kernel;
    this.broker = broker;
  }

  int launched() {
    return launched;
  }

  /** Records that a request became visible in the log. */
  void requested(SendRequest request, TopicPartition partition, long offset) {
    History history = messages.computeIfAbsent(Message.of(request), any -> new History(request));
    history.request = request;
    history.places.add(new Place(partition, offset));
  }

  /** Records that a campaign's control was committed. */
  void controlled(UUID campaign, Control.State state) {
    stops.put(Control.campaignKey(campaign), new Stop(state, kernel.nowNanos()));
  }

  /** Checks and records a worker's call to the provider. */
  Attempt launched(SimProcess worker, Message message) {
    launched++;
    History history = messages.get(message);
    if (history == null) {
      throw new Violation(message + " is sent without a request");
    }
    boolean resend = history.request.onDoubt() == OnDoubt.RESEND;
    if (!resend) {
      requireNeverSent(message, history);
      requireDeclared(message, history);
    }
    kernel.trace(() -> worker.name() + " launches " + history.request.laneKey() + " " + message);
    requireNotStopped(worker, message);
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

  private void requireNotStopped(SimProcess worker, Message message) {
    Stop stop = stops.get(Control.campaignKey(message.campaign()));
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
    int most = (int) Math.ceil(rate) + (int) (rate * 0.0125) + 1;
    if (recent.size() > most) {
      throw new Violation(
          recent.size() + " launches within a second in " + request.laneKey() + " of " + rate);
    }
  }

  /** Checks a committed result. */
  void resulted(SendResult result) {
    Message message = new Message(result.campaignId(), result.recipientId(), result.round());
    History history = messages.get(message);
    if (history == null) {
      throw new Violation("a result of " + message + ", which nobody was to send");
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

  /** Checks, once everything is over, that messages marked failed were not taken later. */
  void requireHonest(SendResultView rows) {
    messages.forEach((message, history) -> {
      RecipientStatus status = rows.status(message);
      if (status == RecipientStatus.FAILED
          && history.request.onDoubt() == OnDoubt.HOLD
          && history.taken()) {
        throw new Violation(message + " is FAILED in the end, but the provider has taken it");
      }
    });
  }

  /** The model's table. */
  interface SendResultView {
    /**
     * Returns the status of a message's recipient, or null if its round is not the recipient's
     * current one.
     */
    @Nullable RecipientStatus status(Message message);
  }
}
