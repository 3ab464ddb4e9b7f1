package dev.sluice.aggregator;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;

/** The topology on its own driver, with a real database. */
abstract class TopologyFixture {
  final Fixture fixture = Fixture.of(getClass());
  private static final Topics TOPICS = new Topics("t.");

  final Health health = new Health();

  /** Flushes that wait for the test to run them, if it has restarted the driver with this queue. */
  final Queue<Runnable> flushes = new ArrayDeque<>();

  /** What a predecessor has left in the store. */
  Map<String, byte[]> leftBehind = Map.of();

  SimpleMeterRegistry meters = new SimpleMeterRegistry();
  TopologyTestDriver driver = start(new StatusStatement(fixture.sql()), Runnable::run);

  @AfterEach
  void stop() {
    driver.close();
  }

  /** Starts anew with an empty store. */
  void restart(StatusStatement statement, Executor executor) {
    driver.close();
    driver = start(statement, executor);
  }

  /** Starts anew; each flush waits for {@link #flush}. */
  void restartWithoutFlushing() {
    restart(new StatusStatement(fixture.sql()), flushes::add);
  }

  /** Runs the flush that waits; its task learns of the outcome in the next step. */
  void flush() {
    flushes.remove().run();
    step();
  }

  /** Lets tasks work once; the driver commits afterwards. */
  void step() {
    driver.advanceWallClockTime(Duration.ofMillis(100));
  }

  void restart(StatusStatement statement, Executor executor, StatusAggregatorConfig config) {
    driver.close();
    driver = start(statement, executor, config);
  }

  private TopologyTestDriver start(StatusStatement statement, Executor executor) {
    return start(
        statement,
        executor,
        StatusAggregatorConfig.of(fixture.environment().kafka(), fixture.environment().database()));
  }

  TopologyTestDriver start(
      StatusStatement statement, Executor executor, StatusAggregatorConfig config) {
    meters = new SimpleMeterRegistry();
    Flushes flushes =
        new Flushes(statement, executor, 4, InstantSource.system(), new SimpleMeterRegistry());
    Troubles troubles = new Troubles(health, meters);
    RowTimes rowTimes = new RowTimes();
    Room room = new Room(config.maxPending(), meters);
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
    return new TopologyTestDriver(
        AggregatorTopology.of(
            TOPICS,
            () ->
                new TakenOver(
                    new BatchProcessor(
                        config, flushes, troubles, rowTimes, room, meters, () -> false))),
        settings);
  }

  PendingResults pending() {
    return new PendingResults(driver.getKeyValueStore(PendingResults.NAME));
  }

  boolean storeIsEmpty() {
    try (var all = driver.getKeyValueStore(PendingResults.NAME).all()) {
      return !all.hasNext();
    }
  }

  void until(Callable<Boolean> condition) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollDelay(Duration.ZERO)
        .pollInSameThread()
        .until(() -> {
          driver.advanceWallClockTime(Duration.ofMillis(200));
          return condition.call();
        });
  }

  void send(UUID campaign, List<Long> recipients, RecipientStatus status) {
    recipients.forEach(
        id -> pipe(campaign.toString(), Json.write(Fixture.result(campaign, id, 1, status))));
  }

  void pipe(String key, byte[] value) {
    TestInputTopic<String, byte[]> results =
        driver.createInputTopic(
            TOPICS.sendResults(), new StringSerializer(), new ByteArraySerializer());
    results.pipeInput(key, value);
  }

  TestOutputTopic<byte[], byte[]> deadLetters() {
    return driver.createOutputTopic(
        TOPICS.deadLetters(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  static String header(TestRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  /** Begins anew with what was left behind, before the first record: only then has it a context. */
  private final class TakenOver implements Processor<byte[], byte[], byte[], byte[]> {
    private final BatchProcessor successor;
    private ProcessorContext<byte[], byte[]> context;

    TakenOver(BatchProcessor successor) {
      this.successor = successor;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
      context = newContext;
      successor.init(context);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (!leftBehind.isEmpty()) {
        KeyValueStore<String, byte[]> store = context.getStateStore(PendingResults.NAME);
        leftBehind.forEach(store::put);
        leftBehind = Map.of();
        successor.close();
        successor.init(context);
      }
      successor.process(record);
    }

    @Override
    public void close() {
      successor.close();
    }
  }
}
