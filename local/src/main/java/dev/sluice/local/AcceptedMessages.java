package dev.sluice.local;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/**
 * The messages that the simulated provider accepted from each number: the record against which the
 * guarantees are checked.
 */
public final class AcceptedMessages {
  private final Map<String, AcceptanceLog> logs = new ConcurrentHashMap<>();

  AcceptedMessages() {}

  void add(String numberId, String callbackData) {
    logs.computeIfAbsent(numberId, id -> new AcceptanceLog())
        .accept(callbackData, System.nanoTime(), Instant.now());
  }

  void clear() {
    logs.clear();
  }

  AcceptanceLog.Summary summary() {
    List<AcceptanceLog.Summary> all = logs.values().stream().map(AcceptanceLog::summary).toList();
    return new AcceptanceLog.Summary(
        all.stream().mapToInt(AcceptanceLog.Summary::accepted).sum(),
        all.stream().mapToInt(AcceptanceLog.Summary::duplicates).sum(),
        all.stream().mapToInt(AcceptanceLog.Summary::maxInOneSecond).max().orElse(0),
        all.stream()
            .map(AcceptanceLog.Summary::firstAt)
            .filter(Objects::nonNull)
            .min(Instant::compareTo)
            .orElse(null),
        all.stream()
            .map(AcceptanceLog.Summary::lastAt)
            .filter(Objects::nonNull)
            .max(Instant::compareTo)
            .orElse(null));
  }

  /** Returns the number of messages so far; cheap enough to poll. */
  public long count() {
    return logs.values().stream().mapToLong(AcceptanceLog::size).sum();
  }

  /** Returns the number of messages so far from one number. */
  public long count(String numberId) {
    return of(numberId, AcceptanceLog::size);
  }

  /** Returns the number of messages so far whose callback data has this prefix. */
  public long countOf(String callbackDataPrefix) {
    return logs.values().stream().mapToLong(log -> log.acceptedOf(callbackDataPrefix)).sum();
  }

  /** Returns the number of messages from one number after the given {@link System#nanoTime()}. */
  public int countSince(String numberId, long nanos) {
    return of(numberId, log -> log.since(nanos));
  }

  /** Returns the number of messages within the last {@code time}. */
  public int countWithin(Duration time) {
    long since = System.nanoTime() - time.toNanos();
    return logs.values().stream().mapToInt(log -> log.since(since)).sum();
  }

  /** Returns when the given number's last message was accepted; it must have one. */
  public Instant lastAt(String numberId) {
    return Objects.requireNonNull(Objects.requireNonNull(logs.get(numberId)).summary().lastAt());
  }

  /** Returns whether the given number has sent nothing for this long. */
  public boolean idleFor(String numberId, Duration time) {
    return of(numberId, log -> log.since(System.nanoTime() - time.toNanos())) == 0;
  }

  /**
   * Returns how often each recipient was accepted, by callback data ({@code
   * campaign:recipient:round}).
   */
  public Map<String, Integer> perRecipient() {
    Map<String, Integer> all = new HashMap<>();
    for (AcceptanceLog log : logs.values()) {
      log.perRecipient().forEach((recipient, count) -> all.merge(recipient, count, Integer::sum));
    }
    return all;
  }

  /** Returns the most that one number sent in any sliding window of this length. */
  public int maxIn(Duration time) {
    return logs.values().stream().mapToInt(log -> log.maxIn(time.toNanos())).max().orElse(0);
  }

  /** Returns the most that the given number sent in any sliding window of this length. */
  public int maxIn(String numberId, Duration time) {
    return of(numberId, log -> log.maxIn(time.toNanos()));
  }

  /**
   * Returns the most that one number sent in any sliding second, among its messages from the
   * position {@code from} to before {@code to}.
   */
  public int maxInOneSecond(int from, int to) {
    long second = Duration.ofSeconds(1).toNanos();
    return logs.values().stream().mapToInt(log -> log.maxIn(second, from, to)).max().orElse(0);
  }

  /**
   * Returns the longest time in which the given number sent nothing, ignoring its first {@code
   * from} messages.
   */
  public Duration longestPause(String numberId, int from) {
    AcceptanceLog log = logs.get(numberId);
    return Duration.ofNanos(log == null ? 0 : log.longestPause(from));
  }

  private int of(String numberId, ToIntFunction<AcceptanceLog> question) {
    AcceptanceLog log = logs.get(numberId);
    return log == null ? 0 : question.applyAsInt(log);
  }
}
