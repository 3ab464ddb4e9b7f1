package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Notices stream threads that hang, as in a deadlock or a call that never returns. Kafka Streams
 * stays {@code RUNNING} then, and what its tasks have last said of their health stays as well.
 *
 * <p>Each watched task gives a sign with every record and punctuation. A thread hangs if none of
 * its tasks has given one for 10 s, because it runs them one after the other.
 */
public final class StreamsWatchdog {
  private static final String COMPONENT = "stream threads";
  private static final Duration SIGN_EVERY = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Ticker ticker;
  private final Health health;
  private final Map<TaskId, Sign> signs = new ConcurrentHashMap<>();

  /** Since when something was expected of the threads that hang. */
  private final Map<Thread, Long> hungSinceNanos = new ConcurrentHashMap<>();

  private volatile boolean running;
  private volatile long runningSinceNanos;

  /** The newest sign of a task. */
  private record Sign(Thread thread, long nanos) {}

  public StreamsWatchdog(Ticker ticker, Health health) {
    this.ticker = ticker;
    this.health = health;
  }

  /** Returns a supplier of the same processors, which are watched. */
  public <K, V, K2, V2> ProcessorSupplier<K, V, K2, V2> over(
      ProcessorSupplier<K, V, K2, V2> processors) {
    return () -> new Watched<>(processors.get());
  }

  /**
   * Tells whether the application runs. Otherwise nothing is expected of its threads, except of
   * those that hang already: the others may begin to run again without them.
   */
  void running(boolean now) {
    runningSinceNanos = ticker.nanoTime();
    running = now;
    hungSinceNanos.remove(Thread.currentThread());
  }

  /** Says in health which threads hang, and where. */
  void review() {
    Map<Thread, Long> silences = silences();
    silences.values().removeIf(silence -> silence <= LONGEST.toNanos());
    hungSinceNanos.keySet().retainAll(silences.keySet());
    silences.keySet().forEach(thread -> hungSinceNanos.putIfAbsent(thread, runningSinceNanos));
    String hung =
        silences.entrySet().stream()
            .map(silence -> reason(silence.getKey(), silence.getValue()))
            .sorted()
            .collect(Collectors.joining("; "));
    if (hung.isEmpty()) {
      health.working(COMPONENT);
    } else {
      health.failing(COMPONENT, hung);
    }
  }

  /** Returns the longest time for which a thread has given no sign, s; NaN if none has ever. */
  double longestSilenceSeconds() {
    return silences().values().stream().mapToDouble(nanos -> nanos / 1e9).max().orElse(Double.NaN);
  }

  /** Returns how long each thread has given no sign while one was expected, ns. */
  private Map<Thread, Long> silences() {
    long now = ticker.nanoTime();
    Map<Thread, Long> silences = new HashMap<>();
    for (Sign sign : signs.values()) {
      Long hungSince = hungSinceNanos.get(sign.thread);
      if (sign.thread.isAlive() && (running || hungSince != null)) {
        long expectedSince = hungSince == null ? runningSinceNanos : hungSince;
        silences.merge(sign.thread, Math.min(now - sign.nanos, now - expectedSince), Math::min);
      }
    }
    return silences;
  }

  private String reason(Thread thread, long nanos) {
    return thread.getName()
        + " has hung for "
        + Duration.ofNanos(nanos).toSeconds()
        + " s at "
        + place(thread.getStackTrace())
        + ", with partitions "
        + signs.entrySet().stream()
            .filter(entry -> entry.getValue().thread == thread)
            .map(entry -> entry.getKey().partition())
            .distinct()
            .sorted()
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
  }

  /** Returns the innermost frame of Sluice's code, if there is any. */
  private static String place(StackTraceElement[] stack) {
    return Stream.concat(
            Arrays.stream(stack).filter(frame -> frame.getClassName().startsWith("dev.sluice")),
            Arrays.stream(stack))
        .findFirst()
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .orElse("its end");
  }

  private final class Watched<K, V, K2, V2> implements Processor<K, V, K2, V2> {
    private final Processor<K, V, K2, V2> processor;
    private TaskId task;

    // Kafka Streams calls init before anything else.
    @SuppressWarnings("NullAway.Init")
    Watched(Processor<K, V, K2, V2> processor) {
      this.processor = processor;
    }

    @Override
    public void init(ProcessorContext<K2, V2> context) {
      task = context.taskId();
      context.schedule(SIGN_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> sign());
      processor.init(context);
    }

    @Override
    public void process(Record<K, V> record) {
      sign();
      processor.process(record);
    }

    private void sign() {
      signs.put(task, new Sign(Thread.currentThread(), ticker.nanoTime()));
    }

    @Override
    public void close() {
      signs.remove(task);
      processor.close();
    }
  }
}
