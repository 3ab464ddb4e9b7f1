package dev.sluice.worker;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Control;
import dev.sluice.schema.ReturnedRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the producer, with a {@link SteppedWorker} of its own. It keeps 10 s of work
 * queued for each of its senders, each of which has one lane, unless the worker says that the lane
 * is full or the sender is blocked. The provider accepts what the test does not let it refuse.
 */
final class SteppedProducer {
  private static final int SECONDS_AHEAD = 10;

  private final SteppedTime time = new SteppedTime();
  private final long begunNanos = time.nanoTime();
  private final Map<String, Sender> senders = new LinkedHashMap<>();
  private final Map<Long, Sender> byRecipient = new HashMap<>();
  private int recipients;
  private int results;
  private int returned;

  final SteppedWorker worker;

  private static final class Sender {
    final String name;
    final int rate;
    final LongFunction<Duration> answerTime;
    int queued;
    long fullUntilNanos;
    @Nullable Duration pause;

    Sender(String name, int rate, LongFunction<Duration> answerTime, long nowNanos) {
      this.name = name;
      this.rate = rate;
      this.answerTime = answerTime;
      fullUntilNanos = nowNanos;
    }
  }

  SteppedProducer(int maxInFlight) {
    worker = new SteppedWorker(maxInFlight, time, this::answer);
  }

  private SendOutcome answer(OutgoingMessage message) {
    Sender sender = senders.get(message.address());
    Duration takes = sender == null ? Duration.ZERO : sender.answerTime.apply(millis());
    if (takes.isPositive()) {
      time.sleep(takes);
    }
    return sender != null && sender.pause != null
        ? new SendOutcome.Throttled("4", "too many", sender.pause)
        : new SendOutcome.Accepted("id." + message.callbackData());
  }

  /** Makes a sender's provider refuse its messages and ask it to wait, each time for this long. */
  void refuse(String sender, Duration pause) {
    senders.get(sender).pause = pause;
  }

  /** Makes its provider accept them again. */
  void accept(String sender) {
    senders.get(sender).pause = null;
  }

  /** Adds a sender that always has more to send. */
  void add(String sender, int rate, LongFunction<Duration> answerTimeAtMillis) {
    senders.put(sender, new Sender(sender, rate, answerTimeAtMillis, begunNanos));
  }

  /** Adds a sender whose messages are answered at once. */
  void add(String sender, int rate) {
    add(sender, rate, _ -> Duration.ZERO);
  }

  /** Returns how long this has run. */
  private long millis() {
    return Duration.ofNanos(time.nanoTime() - begunNanos).toMillis();
  }

  /** Runs for a while and returns how many messages of senders with this prefix were sent. */
  long sentIn(int seconds, String prefix) {
    int before = worker.sent.size();
    run(seconds);
    return worker.sent.subList(before, worker.sent.size()).stream()
        .filter(message -> message.address().startsWith(prefix))
        .count();
  }

  /** Runs for a while. */
  void run(int seconds) {
    for (int i = 0; i < 4 * seconds; i++) {
      feed();
      worker.run(Duration.ofMillis(250));
    }
  }

  private void feed() {
    for (; results < worker.results.size(); results++) {
      ended(worker.results.get(results).recipientId());
    }
    for (; returned < worker.returned.size(); returned++) {
      ReturnedRequest request = worker.returned.get(returned);
      Sender sender = ended(request.recipientId());
      if (sender != null) {
        sender.fullUntilNanos = time.nanoTime() + Duration.ofSeconds(seconds(request)).toNanos();
      }
    }
    Map<Sender, Integer> rooms = new LinkedHashMap<>();
    senders.values().forEach(sender -> rooms.put(sender, room(sender)));
    int most = rooms.isEmpty() ? 0 : Collections.max(rooms.values());
    for (int i = 0; i < most; i++) {
      for (Map.Entry<Sender, Integer> one : rooms.entrySet()) {
        if (i < one.getValue()) {
          write(one.getKey());
        }
      }
    }
  }

  private @Nullable Sender ended(long recipient) {
    Sender sender = byRecipient.remove(recipient);
    if (sender != null) {
      sender.queued--;
    }
    return sender;
  }

  /** Returns for how long the record calls its lane full. */
  static int seconds(ReturnedRequest request) {
    ReturnedRequest.FullLane full = request.full();
    return full == null ? 0 : full.seconds();
  }

  private int room(Sender sender) {
    Control control = worker.controls.get(Control.senderKey(sender.name));
    boolean blocked = control != null && control.state() == Control.State.BLOCKED;
    return blocked || time.nanoTime() - sender.fullUntilNanos < 0
        ? 0
        : SECONDS_AHEAD * sender.rate - sender.queued;
  }

  private void write(Sender sender) {
    sender.queued++;
    byRecipient.put((long) recipients, sender);
    worker.write(Requests.of(sender.name, sender.rate, recipients++));
  }

  /** Writes more to a sender's lane than the producer would, as another program may. */
  void write(String sender, int count) {
    for (int i = 0; i < count; i++) {
      write(senders.get(sender));
    }
  }
}
