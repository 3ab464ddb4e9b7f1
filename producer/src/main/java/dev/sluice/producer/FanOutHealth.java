package dev.sluice.producer;

import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reports campaigns that should make progress and do not, in the health report and in meters. */
final class FanOutHealth {
  /** The description of {@code sluice.producer.campaigns}. */
  static final String CAMPAIGNS = "Campaigns that are not archived, by state";

  private static final String RECIPIENTS =
      "Recipients of campaigns under way: those with requests in the round, those without a result";

  /** A longer wait is not explained by load. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Health health;
  private final CampaignFaults faults;
  private final InstantSource clock;
  private final Map<UUID, Instant> waiting = new HashMap<>();
  private final Set<UUID> due = new HashSet<>();
  private Map<String, Full> full = Map.of();
  private final Map<String, Full> stillFull = new HashMap<>();
  private final Map<String, Instant> postponed = new TreeMap<>();
  private final Map<String, String> blocked = new TreeMap<>();
  private volatile @Nullable Instant oldest;
  private volatile int paused;
  private volatile long held;
  private volatile long sending;
  private volatile long fed;
  private volatile long pending;
  private volatile int returned;
  private volatile int unreadable;

  /**
   * A sender whose lanes are too full to be fed.
   *
   * @param queued the number of requests in them
   * @param since when that was first seen
   * @param patience how long it may stay so
   */
  private record Full(long queued, Instant since, Duration patience) {
    boolean overdue(Instant now) {
      return !since.plus(patience).isAfter(now);
    }
  }

  FanOutHealth(Health health, CampaignFaults faults, InstantSource clock, MeterRegistry meters) {
    this.health = health;
    this.faults = faults;
    this.clock = clock;
    Gauge.builder("sluice.producer.waiting", this, FanOutHealth::waitingSeconds)
        .description("How long the campaign waits that should go on and has waited longest")
        .baseUnit("seconds")
        .register(meters);
    Gauge.builder("sluice.producer.faulty", this, watch -> watch.paused)
        .description("Campaigns paused because something is wrong with them")
        .register(meters);
    Gauge.builder("sluice.producer.campaigns", this, watch -> watch.sending)
        .description(CAMPAIGNS)
        .tag("state", "sending")
        .register(meters);
    Gauge.builder("sluice.producer.campaigns", this, watch -> watch.held)
        .description(CAMPAIGNS)
        .tag("state", "paused")
        .register(meters);
    Gauge.builder("sluice.producer.recipients", this, watch -> watch.fed)
        .description(RECIPIENTS)
        .tag("state", "fed")
        .register(meters);
    Gauge.builder("sluice.producer.recipients", this, watch -> watch.pending)
        .description(RECIPIENTS)
        .tag("state", "pending")
        .register(meters);
    Gauge.builder("sluice.producer.returns.waiting", this, watch -> watch.returned)
        .description("Returned requests that wait until they may be written again")
        .register(meters);
    Gauge.builder("sluice.producer.returns.unreadable", this, watch -> watch.unreadable)
        .description("Returned requests that cannot be read; their recipients stay pending")
        .register(meters);
  }

  /** Records the campaigns that have started and not ended. */
  void underWay(Collection<Announced> campaigns) {
    held = campaigns.stream().filter(Announced::paused).count();
    sending = campaigns.size() - held;
  }

  /**
   * Records how far campaigns under way have come.
   *
   * @param requests how many requests have been written in their rounds
   * @param withoutResult how many recipients have no result, according to their rows
   */
  void recipients(long requests, long withoutResult) {
    fed = requests;
    pending = withoutResult;
  }

  /** Records how many returned requests wait to be written again. */
  void returned(int requests) {
    returned = requests;
  }

  /**
   * Records the returned requests that cannot be read.
   *
   * @param counts how many there are, by campaign under way
   */
  void unreadable(Map<UUID, Integer> counts) {
    unreadable = counts.values().stream().mapToInt(Integer::intValue).sum();
    if (unreadable == 0) {
      health.working("returns");
      return;
    }
    Map<String, Integer> named = new TreeMap<>();
    counts.forEach((id, count) -> named.put(FanOutStore.brief(id), count));
    health.failing(
        "returns",
        "some returned requests are unreadable; their recipients stay pending. Run sluice"
            + " campaign repair: "
            + named);
  }

  /** Forgets all that it reports of the campaigns: whoever takes them over reports it. */
  void close() {
    underWay(List.of());
    recipients(0, 0);
    returned(0);
    unreadable(Map.of());
    due.clear();
    stillFull.clear();
    postponed.clear();
    blocked.clear();
    tell(Map.of());
  }

  private double waitingSeconds() {
    Instant since = oldest;
    return since == null ? 0 : Duration.between(since, clock.instant()).toMillis() / 1e3;
  }

  /** Records that a campaign should make progress in this iteration. */
  void due(UUID campaignId) {
    due.add(campaignId);
  }

  /**
   * Records that a sender's lanes are too full to be fed in this iteration.
   *
   * @param queued the number of requests in them
   * @param perSecond the lanes' rate, messages/s
   */
  void full(String senderId, long queued, double perSecond) {
    Full before = full.get(senderId);
    Instant since = before != null && before.queued() == queued ? before.since() : clock.instant();
    Duration slow = Duration.ofSeconds((long) Math.min(2 / perSecond, Integer.MAX_VALUE));
    stillFull.put(senderId, new Full(queued, since, PATIENCE.plus(slow)));
  }

  /**
   * Records that a campaign is fed nothing new in this iteration, because its provider has
   * postponed most of its messages.
   *
   * @param until when the first of them may be tried
   */
  void postponed(UUID campaignId, Instant until) {
    postponed.put(FanOutStore.brief(campaignId), until);
  }

  /** Records that campaigns wait for a person to unblock their sender. */
  void blocked(String senderId, String reason) {
    blocked.put(senderId, reason);
  }

  /** Records that a campaign has made progress. */
  void moved(UUID campaignId) {
    waiting.remove(campaignId);
  }

  /** Reports the state after this iteration. */
  void tell(Map<UUID, FanOutState> open) {
    Instant now = clock.instant();
    waiting.keySet().retainAll(due);
    due.forEach(id -> waiting.putIfAbsent(id, now));
    due.clear();
    full = Map.copyOf(stillFull);
    stillFull.clear();
    tellWaiting(now);
    tellFull(now);
    tellPostponed();
    tellBlocked();
    Map<String, String> wrong = new TreeMap<>();
    open.forEach((id, fanOut) -> {
      if (fanOut.fault() != null) {
        wrong.put(FanOutStore.brief(id), fanOut.fault());
      }
    });
    paused = wrong.size();
    if (wrong.isEmpty()) {
      health.working("campaigns");
    } else {
      health.failing("campaigns", "paused, because they cannot go on: " + wrong);
    }
  }

  private void tellWaiting(Instant now) {
    Map.Entry<UUID, Instant> longest =
        waiting.entrySet().stream().min(Map.Entry.comparingByValue()).orElse(null);
    oldest = longest == null ? null : longest.getValue();
    if (longest == null || longest.getValue().plus(PATIENCE).isAfter(now)) {
      health.working("feeding");
    } else {
      String reason = faults.reason(longest.getKey());
      health.failing(
          "feeding",
          "campaign "
              + FanOutStore.brief(longest.getKey())
              + " waits since "
              + longest.getValue()
              + (reason == null ? "" : ": " + reason));
    }
  }

  private void tellFull(Instant now) {
    Map<String, Instant> overdue = new TreeMap<>();
    full.forEach((sender, one) -> {
      if (one.overdue(now)) {
        overdue.put(sender, one.since());
      }
    });
    if (overdue.isEmpty()) {
      health.working("queue");
      return;
    }
    health.failing("queue", "queued requests of these senders have not moved since: " + overdue);
    Instant first = Collections.min(overdue.values());
    Instant waitingLongest = oldest;
    if (waitingLongest == null || first.isBefore(waitingLongest)) {
      oldest = first;
    }
  }

  private void tellPostponed() {
    if (postponed.isEmpty()) {
      health.working("postponed");
    } else {
      health.failing(
          "postponed",
          "campaigns wait, because their provider has postponed most of their messages, until: "
              + postponed);
      postponed.clear();
    }
  }

  private void tellBlocked() {
    if (blocked.isEmpty()) {
      health.working("blocked");
    } else {
      health.failing(
          "blocked",
          "campaigns wait for their senders, which stay blocked until sluice sender unblock: "
              + blocked);
      blocked.clear();
    }
  }
}
