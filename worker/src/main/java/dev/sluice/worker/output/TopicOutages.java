package dev.sluice.worker.output;

import dev.sluice.runtime.Backoff;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Topics that could not be written to lately. A record that cannot be written fails its whole
 * transaction, so records of these topics are left out of transactions for a while; what they are
 * about waits. Results and requests are never left out, because without them nothing can go on.
 */
public final class TopicOutages {
  private static final Backoff LEFT_OUT =
      new Backoff(Duration.ofSeconds(30), Duration.ofMinutes(5));

  /** After this time without another failure, nothing is known to be wrong with a topic. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(10);

  /**
   * The time within which another try fails, if something waits to be written: messages whose
   * consequences wait are tried every 30 s, and their provider takes a while to answer.
   */
  private static final Duration TRIED = Duration.ofSeconds(75);

  private final Set<String> dispensable;
  private final Health health;
  private final LongSupplier nanoTime;
  private final Map<String, Outage> outages = new HashMap<>();

  private record Outage(int failures, long againNanos) {}

  public TopicOutages(Topics topics, Health health, LongSupplier nanoTime) {
    this.dispensable =
        Set.of(
            topics.returnedRequests(),
            topics.deadLetters(),
            topics.campaignCommands(),
            topics.controls());
    this.health = health;
    this.nanoTime = nanoTime;
  }

  /** Returns whether records of a topic may be left out. */
  boolean dispensable(String topic) {
    return dispensable.contains(topic);
  }

  /** Returns whether the next transaction may hold records of a topic. */
  boolean admits(String topic) {
    Outage outage = outages.get(topic);
    return outage == null || nanoTime.getAsLong() - outage.againNanos() >= 0;
  }

  /**
   * Records that topics could not be written to. If results or requests are among them, it is not
   * these topics that fail.
   *
   * @param topics the reasons, by topic
   * @return whether it is them
   */
  public boolean failed(Map<String, String> topics) {
    if (topics.isEmpty() || !dispensable.containsAll(topics.keySet())) {
      return false;
    }
    topics.forEach((topic, reason) -> {
      Outage before = outages.get(topic);
      int failures = before == null ? 1 : before.failures() + 1;
      Duration wait = LEFT_OUT.after(failures);
      outages.put(topic, new Outage(failures, nanoTime.getAsLong() + wait.toNanos()));
      health.failing(
          component(topic),
          "records could not be written ("
              + reason
              + "); they wait, and it is tried again in "
              + wait.toSeconds()
              + " s");
    });
    return true;
  }

  /** Records that a transaction with these records has committed. */
  public void written(List<ProducerRecord<byte[], byte[]>> records) {
    if (outages.isEmpty()) {
      return;
    }
    records.stream()
        .map(ProducerRecord::topic)
        .distinct()
        .filter(topic -> outages.remove(topic) != null)
        .forEach(topic -> health.working(component(topic)));
  }

  /** Reports topics no longer for which nothing waits, and forgets old outages. */
  public void review() {
    long now = nanoTime.getAsLong();
    outages.forEach((topic, outage) -> {
      if (now - outage.againNanos() > TRIED.toNanos()) {
        health.working(component(topic));
      }
    });
    outages.values().removeIf(outage -> now - outage.againNanos() > FORGOTTEN.toNanos());
  }

  private static String component(String topic) {
    return "topic " + topic;
  }
}
