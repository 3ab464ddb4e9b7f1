package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Folders;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Loop;
import dev.sluice.runtime.Restarts;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka Streams application as the services run it. Its state stores are in memory and restored
 * from Kafka at each start, so that it can run on any machine; a dead stream thread is replaced
 * after a pause; damaged records are skipped; a planned stop leaves the group at once.
 */
public final class StreamsApplication implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamsApplication.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
  private static final Duration REVIEW_EVERY = Duration.ofSeconds(1);

  private final KafkaConfig kafka;
  private final String group;
  private final Topology topology;
  private final Map<String, Object> settings;
  private final Health health;
  private final MeterRegistry meters;
  private final Path stateFolder;
  private final StreamsClients clients;
  private final Restarts restarts = new Restarts(InstantSource.system());
  private final SteadyTime time = new SteadyTime(Ticker.SYSTEM);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread starter;
  private final StreamsWatchdog watchdog;
  private final Loop reviews;
  private volatile @Nullable KafkaStreams streams;

  /**
   * Starts the application in the background as soon as Kafka can be reached.
   *
   * @param group its application id, which is also its consumer group
   * @param watchdog watches the topology's processors
   * @param extra settings besides the common ones
   */
  public StreamsApplication(
      KafkaConfig kafka,
      String group,
      Topology topology,
      StreamsWatchdog watchdog,
      Map<String, Object> extra,
      Health health,
      MeterRegistry meters) {
    this.kafka = kafka;
    this.group = group;
    this.topology = topology;
    this.watchdog = watchdog;
    this.health = health;
    this.meters = meters;
    clients = new StreamsClients(new SkippedRecords(inputs(topology), health, meters));
    try {
      stateFolder = Files.createTempDirectory("sluice-streams-");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for state", e);
    }
    settings = settings(extra);
    health.starting("streams");
    Gauge.builder("sluice.streams.silence", watchdog, StreamsWatchdog::longestSilenceSeconds)
        .description("The longest time for which a stream thread has begun nothing new")
        .baseUnit("seconds")
        .tag("group", group)
        .register(meters);
    reviews =
        Loop.start(
            group + "-watchdog",
            () -> {
              watchdog.review();
              return REVIEW_EVERY;
            });
    starter = Thread.ofVirtual().name(group + "-start").start(this::startWhenPossible);
  }

  private static Set<String> inputs(Topology topology) {
    return topology.describe().subtopologies().stream()
        .flatMap(part -> part.nodes().stream())
        .filter(TopologyDescription.Source.class::isInstance)
        .flatMap(source -> ((TopologyDescription.Source) source).topicSet().stream())
        .collect(Collectors.toSet());
  }

  private Map<String, Object> settings(Map<String, Object> extra) {
    Map<String, Object> all = new HashMap<>();
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
    all.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    all.put(StreamsConfig.POLL_MS_CONFIG, 20);
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
    all.put(StreamsConfig.TASK_ASSIGNOR_CLASS_CONFIG, StayingTasks.class.getName());
    all.putAll(StayingTasks.startedAt(Instant.now()));
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    // With the classic protocol the client chooses how soon its death is noticed.
    all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    // With their next heartbeat members learn that one has died.
    all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 200);
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
    all.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    all.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
        Topics.LARGEST_RECORD);
    all.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, RefusedRecords.class);
    all.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, TimeOfRecord.class);
    // The broker rejects a new transaction until it has completed the previous one.
    all.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 10);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    all.putAll(extra);
    return kafka.client(all);
  }

  private void startWhenPossible() {
    while (stopping.getCount() > 0) {
      try {
        start();
        return;
      } catch (KafkaException e) {
        health.failing("kafka", kafka.bootstrapServers() + " cannot be used: " + Reasons.of(e));
        pause(restarts.next());
      }
    }
  }

  private synchronized void start() {
    if (stopping.getCount() == 0) {
      return;
    }
    Properties properties = new Properties();
    properties.putAll(settings);
    KafkaStreams started = new KafkaStreams(topology, properties, clients, time);
    started.setUncaughtExceptionHandler(this::survive);
    started.setStateListener((now, before) -> {
      watchdog.running(now == KafkaStreams.State.RUNNING);
      if (now == KafkaStreams.State.RUNNING) {
        health.working("streams");
      }
    });
    started.start();
    new KafkaStreamsMetrics(started).bindTo(meters);
    streams = started;
  }

  /** Replaces a failed stream thread after a pause that grows while threads keep failing. */
  private StreamThreadExceptionResponse survive(Throwable cause) {
    // The thread waits here, and its successor makes the application run again.
    watchdog.running(false);
    health.failing("streams", group + " failed: " + rootMessage(cause));
    log.debug("stream thread failed", cause);
    pause(restarts.next());
    time.restart();
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  /** If the root does not name what Kafka denies, the failure that it caused does. */
  private String rootMessage(Throwable failure) {
    Throwable above = failure;
    Throwable root = failure;
    while (root.getCause() != null) {
      above = root;
      root = root.getCause();
    }
    if (root instanceof TransactionalIdAuthorizationException) {
      return "Kafka denies the transactional ids " + group + "-…: " + Reasons.of(root);
    }
    if (!(root instanceof AuthorizationException)) {
      return root.toString();
    }
    String reason = Reasons.of(root);
    return String.valueOf(above.getMessage()).contains(reason)
        ? reason
        : Reasons.of(above) + ": " + reason;
  }

  private void pause(Duration wait) {
    try {
      // Ends early when the application stops.
      boolean stopped = stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS);
      log.debug("paused, stopped: {}", stopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether the application is running and owns its partitions. */
  public boolean running() {
    KafkaStreams current = streams;
    return current != null && current.state() == KafkaStreams.State.RUNNING;
  }

  @Override
  public void close() {
    stopping.countDown();
    starter.interrupt();
    reviews.close();
    KafkaStreams current;
    synchronized (this) {
      current = streams;
    }
    if (current != null
        && !current.close(
            CloseOptions.timeout(STOP_WITHIN)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP))) {
      log.warn("{} did not stop within {} s", group, STOP_WITHIN.toSeconds());
    }
    try {
      Folders.delete(stateFolder);
    } catch (IOException e) {
      log.warn("cannot delete {}", stateFolder, e);
    }
  }
}
