package dev.sluice.producer;

import static dev.sluice.producer.quota.Lanes.laneIn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.EmbeddedInfrastructure;
import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.producer.quota.LagReader;
import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.quota.WorkerLag;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.DamagedRecord;
import dev.sluice.runtime.kafka.StreamsApplication;
import dev.sluice.runtime.kafka.StreamsWatchdog;
import dev.sluice.runtime.kafka.TolerantPoll;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests unreadable records in partition 0. */
class DamagedPartitionTest {
  // Places in a batch of version 2.
  /** A record's length of 2,147,483,647 bytes as a zigzag varint, and the record's beginning. */
  private static final byte[] LONGEST_RECORD = {-2, -1, -1, -1, 15, 0, 0, 0, 0, 0};

  private static final int LENGTH = 8;
  private static final int CRC = 17;
  private static final int ATTRIBUTES = 21;
  private static final int RECORDS = 61;

  private static final byte[] BLOCKED = Json.write(new Control(Control.State.BLOCKED, "a test"));

  private static EmbeddedInfrastructure own;
  private static Path data;

  private final TestEnvironment environment = TestEnvironment.create(own, 2);
  private final String topic = environment.kafka().topics().sendRequests();
  private final Health health = new Health();

  @BeforeAll
  static void startBroker() throws IOException {
    data = Files.createTempDirectory("damaged");
    own = EmbeddedInfrastructure.in(data, FreePort.next(), FreePort.next());
  }

  @AfterAll
  static void stopBroker() {
    own.close();
  }

  @Test
  void aDamagedRecordStopsItsPartitionAloneUntilItIsRepaired() throws Exception {
    write(0, laneIn(0));
    byte[] sound = readLog();
    byte[] damaged = sound.clone();
    damaged[500] = 7;
    overwriteLog(damaged);

    try (WorkerLag backlog = open()) {
      awaitClosed(backlog);
      write(1, laneIn(1));
      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 1) == 1);
      overwriteLog(sound);

      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 0) == 1);
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().isEmpty());
    }
  }

  @Test
  void aDamagedRecordThatHasExpiredStopsNothing() throws Exception {
    write(0, laneIn(0));
    byte[] damaged = readLog();
    damaged[500] = 7;
    overwriteLog(damaged);

    try (WorkerLag backlog = open();
        Admin admin = Admin.create(environment.kafka().client(Map.of()))) {
      awaitClosed(backlog);
      admin
          .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1)))
          .all()
          .get();
      write(0, laneIn(0));

      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 0) == 1);
      await().atMost(Duration.ofSeconds(20)).until(() -> health.problems().isEmpty());
    }
  }

  @Test
  void aRecordThatUnpacksBeyondMemoryStopsItsPartitionAloneUntilItIsGone() throws Exception {
    write(0, laneIn(0));
    byte[] sound = readLog();
    overwriteLog(bomb(sound));
    for (int i = 0; i < 250; i++) {
      write(1, laneIn(1));
    }

    try (WorkerLag backlog = open()) {
      awaitClosed(backlog);
      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 1) == 250);
      write(1, laneIn(1));
      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 1) == 251);
      overwriteLog(sound);

      await().atMost(Duration.ofSeconds(20)).until(() -> waiting(backlog, 0) == 1);
      assertThat(waiting(backlog, 1)).isEqualTo(251);
    }
  }

  @Test
  void damagedCommandsAndControlsAreSkippedAndNamed() throws Exception {
    String commands = environment.kafka().topics().campaignCommands();
    String controls = environment.kafka().topics().controls();
    for (String topic : List.of(commands, controls)) {
      for (int i = 0; i < 4; i++) {
        write(topic, 0, Control.senderKey("s" + i), BLOCKED);
      }
      damage(topic, 1);
      damage(topic, 2);
    }

    List<String> taken = new CopyOnWriteArrayList<>();
    try (ControlsView view =
            new ControlsView(environment.kafka(), health, new SimpleMeterRegistry());
        StreamsApplication streams = streams(commands, taken)) {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> view.complete() && streams.running() && taken.size() == 2);
      assertThat(taken).containsExactly("sender/s0", "sender/s3");
      assertThat(view.blockedSenders()).isEqualTo(2);
      write(controls, 0, Control.senderKey("later"), BLOCKED);
      write(commands, 0, "later", BLOCKED);

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> view.blockedSenders() == 3 && taken.size() == 3);
      assertThat(health.problems()).isEmpty();
      assertThat(health.notices())
          .containsOnlyKeys("records " + commands + "-0@1", "records " + controls + "-0@1")
          .allSatisfy((component, problem) ->
              assertThat(problem).startsWith("offsets 1 to 2 cannot be read and are skipped: "));
    }
  }

  /** A consumer keeps what it has fetched, and would find the same damage for ever. */
  @Test
  void aRecordThatIsSoundWhenItIsFetchedAnewIsNotSkipped() throws Exception {
    String controls = environment.kafka().topics().controls();
    for (int i = 0; i < 4; i++) {
      write(controls, 0, Control.senderKey("s" + i), BLOCKED);
    }
    byte[] sound = Files.readAllBytes(log(controls));
    damage(controls, 1);

    List<Long> read = new ArrayList<>();
    List<DamagedRecord> skipped = new ArrayList<>();
    List<KafkaException> failures = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = environment.kafka().consumer(Map.of())) {
      TopicPartition partition = new TopicPartition(controls, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      TolerantPoll<byte[], byte[]> poll =
          new TolerantPoll<>(
              consumer,
              atMost -> {
                try {
                  return consumer.poll(atMost);
                } catch (KafkaException e) {
                  failures.add(e);
                  overwrite(controls, sound);
                  throw e;
                }
              },
              skipped::add,
              Ticker.SYSTEM);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            poll.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.offset()));
            return read.size() == 4;
          });
    }
    assertThat(read).containsExactly(0L, 1L, 2L, 3L);
    assertThat(failures).isNotEmpty();
    assertThat(skipped).isEmpty();
  }

  /** Reads as the producer does, without its database. */
  private StreamsApplication streams(String input, List<String> taken) {
    ProcessorSupplier<String, byte[], Void, Void> taking = () -> record -> taken.add(record.key());
    return new StreamsApplication(
        environment.kafka(),
        environment.kafka().topics().producerGroup(),
        new Topology()
            .addSource("in", new StringDeserializer(), new ByteArrayDeserializer(), input)
            .addProcessor("taking", taking, "in"),
        new StreamsWatchdog(Ticker.SYSTEM, health),
        Map.of(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
        health,
        new SimpleMeterRegistry());
  }

  private WorkerLag open() {
    return new WorkerLag(
        () ->
            LagReader.open(
                environment.kafka(), health, Duration.ofMillis(300), new SimpleMeterRegistry()),
        health,
        System::nanoTime);
  }

  private void awaitClosed(WorkerLag backlog) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(backlog.newest())
                .isNotNull()
                .satisfies(reading ->
                    assertThat(reading.unread())
                        .containsEntry(0, (long) Integer.MAX_VALUE)
                        .containsEntry(1, 0L)));
    assertThat(health.problems().get("backlog")).contains("[0]", "cannot be read");
  }

  /** Returns what waits in a partition; -1 while that is unknown. */
  private static long waiting(WorkerLag backlog, int partition) {
    LaneBacklog.Reading reading = backlog.newest();
    return reading == null ? -1 : reading.mostWaiting(laneIn(partition));
  }

  private void write(int partition, LaneKey lane) throws Exception {
    write(topic, partition, lane.toString(), new byte[1_000]);
  }

  private void write(String topic, int partition, String key, byte[] value) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            environment.kafka().client(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
      producer.send(new ProducerRecord<>(topic, partition, bytes, value)).get();
    }
  }

  /**
   * Returns the batch with a compressed record that claims the greatest length, and a valid
   * checksum.
   */
  private static byte[] bomb(byte[] batch) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(LONGEST_RECORD);
    }
    ByteBuffer bomb = ByteBuffer.wrap(batch.clone());
    bomb.putShort(ATTRIBUTES, (short) CompressionType.GZIP.id);
    bomb.put(RECORDS, packed.toByteArray());
    CRC32C crc = new CRC32C();
    crc.update(bomb.array(), ATTRIBUTES, batch.length - ATTRIBUTES);
    bomb.putInt(CRC, (int) crc.getValue());
    return bomb.array();
  }

  /** Flips a byte of the given batch of partition 0, near its end. */
  private void damage(String topic, int batch) throws IOException {
    ByteBuffer log = ByteBuffer.wrap(Files.readAllBytes(log(topic)));
    int at = 0;
    for (int i = 0; i <= batch; i++) {
      at += LENGTH + Integer.BYTES + log.getInt(at + LENGTH);
    }
    log.put(at - 5, (byte) ~log.get(at - 5));
    overwrite(topic, log.array());
  }

  private byte[] readLog() throws IOException {
    return Files.readAllBytes(log(topic));
  }

  /** Overwrites in place, as the broker has the file open. */
  private void overwriteLog(byte[] bytes) {
    overwrite(topic, bytes);
  }

  private void overwrite(String topic, byte[] bytes) {
    try (FileChannel file = FileChannel.open(log(topic), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(bytes), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path log(String topic) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .filter(file -> file.getParent().endsWith(topic + "-0"))
          .findFirst()
          .orElseThrow();
    }
  }
}
