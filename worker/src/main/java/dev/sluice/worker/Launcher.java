package dev.sluice.worker;

import dev.sluice.worker.provider.MessageProvider;
import dev.sluice.worker.provider.Outcome;
import dev.sluice.worker.provider.OutgoingMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends each picked message on a virtual thread of its own, in its time slot, and queues what came
 * of it. It knows nothing of offsets: what it is given has been declared started.
 */
final class Launcher {
  /**
   * A send that is this late is not launched: the process was paused, and its partition may have
   * been taken over by somebody who sends at the lane's whole rate, or people may have paused its
   * campaign meanwhile. If the partition is still this worker's, it is picked again.
   */
  private static final Duration STALLED = Duration.ofSeconds(3);

  private final Map<String, MessageProvider> providers;
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();
  private final Map<String, AnswerTime> answerTimes = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();

  /** What came of a job. */
  record Finished(Job job, Outcome outcome, Instant at) {}

  Launcher(Map<String, MessageProvider> providers) {
    this.providers = Map.copyOf(providers);
  }

  /**
   * Launches a send whose start is committed, when its lane lets it pass.
   *
   * @param committedAtNanos when the transaction was begun that declared it started
   */
  void launch(Job job, Lane lane, long committedAtNanos) {
    inFlight.incrementAndGet();
    lane.launch(
        place ->
            Thread.ofVirtual()
                .name("send")
                .start(() -> {
                  finished.add(new Finished(job, send(job, committedAtNanos), Instant.now()));
                  inFlight.decrementAndGet();
                  place.answered(System.nanoTime());
                }),
        answerTimes.computeIfAbsent(
            job.request().sender().provider(), provider -> new AnswerTime()));
  }

  private Outcome send(Job job, long committedAtNanos) {
    Duration age = Duration.ofNanos(System.nanoTime() - committedAtNanos);
    if (age.compareTo(STALLED) > 0) {
      return new Outcome.NotLaunched("the worker was stalled for " + age.toMillis() + " ms");
    }
    if (job.partition().lost()) {
      return new Outcome.NotLaunched("the partition was taken away");
    }
    MessageProvider provider = providers.get(job.request().sender().provider());
    if (provider == null) {
      return new Outcome.SenderBlocked(
          "unknown_provider",
          "the workers know no provider \"" + job.request().sender().provider() + "\"");
    }
    try {
      return provider.send(
          new OutgoingMessage(
              job.request().sender().address(),
              job.request().to(),
              job.request().message(),
              job.callbackData()));
    } catch (RuntimeException e) {
      // A bug in a provider must not lose the job; whether it sent, nobody knows.
      return new Outcome.InDoubt("the provider failed: " + e);
    }
  }

  /** The next outcome, or null if there is none now. */
  @Nullable Finished poll() {
    return finished.poll();
  }

  /** Takes outcomes back that could not be published. */
  void giveBack(List<Finished> unpublished) {
    finished.addAll(unpublished);
  }

  /** Sends that are waiting for their slot or for their answer. */
  int inFlight() {
    return inFlight.get();
  }
}
