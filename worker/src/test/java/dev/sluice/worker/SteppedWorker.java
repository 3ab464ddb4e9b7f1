package dev.sluice.worker;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.breaker.ProviderProbes;
import dev.sluice.worker.output.SizeBudget;
import dev.sluice.worker.output.TransactionSink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/**
 * A worker's loop on one partition in memory, where every transaction commits. Single-threaded, in
 * time that passes only while it waits.
 */
final class SteppedWorker implements RequestSource, TransactionSink, MessageProvider {
  private static final Topics TOPICS = new Topics("");
  private static final TopicPartition PARTITION = new TopicPartition(TOPICS.sendRequests(), 0);
  private static final int MOST_RECORDS = 500;
  private static final int MOST_BYTES = ConsumerConfig.DEFAULT_MAX_PARTITION_FETCH_BYTES;

  final Health health = new Health();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final List<OutgoingMessage> sent = new ArrayList<>();
  final List<SendResult> results = new ArrayList<>();
  final List<ReturnedRequest> returned = new ArrayList<>();

  /** What was written to {@code send-requests}, by the test and by the worker. */
  final List<ConsumerRecord<byte[], byte[]>> log = new ArrayList<>();

  private final Function<OutgoingMessage, SendOutcome> provider;
  private final FakeTime clock = new FakeTime();
  private final Deque<Runnable> sends = new ArrayDeque<>();
  private final SendLoop loop;
  private OffsetAndMetadata committed = new OffsetAndMetadata(0, "v1");
  private boolean assigned;
  private boolean paused;
  private int position;

  SteppedWorker(Function<OutgoingMessage, SendOutcome> provider) {
    this(provider, HeldMemory.ofHeap());
  }

  SteppedWorker(Function<OutgoingMessage, SendOutcome> provider, HeldMemory memory) {
    this.provider = provider;
    Machine machine =
        new Machine(
            clock,
            (kind, task) -> {
              sends.add(task);
              return Thread.currentThread();
            },
            new Random(1));
    KafkaConfig kafka = NoControls.kafka(TOPICS);
    ControlsView controls = NoControls.view(TOPICS, clock);
    CircuitBreakers breakers = new CircuitBreakers(health, clock);
    StallDetector stalls = new StallDetector(health);
    Map<String, MessageProvider> providers = Map.of("whatsapp", this);
    Dispatcher dispatcher =
        new Dispatcher(providers, breakers, controls, new AnswerTimes(meters), machine);
    loop =
        new SendLoop(
            this,
            this,
            dispatcher,
            breakers,
            stalls,
            controls,
            new MissingProviders(providers.keySet(), health, clock::nanoTime),
            new ProviderProbes(providers, health, clock::nanoTime, sends::add),
            WorkerConfig.of(kafka, "w"),
            memory,
            new WorkerMeters(meters, TOPICS, dispatcher, breakers, stalls),
            health,
            machine);
  }

  void write(SendRequest request) {
    write(request, Duration.ZERO);
  }

  /** Writes a request as it was written some time ago. */
  void write(SendRequest request, Duration age) {
    append(
        request.laneKey().toString().getBytes(StandardCharsets.UTF_8),
        Json.write(request),
        clock.now().minus(age).toEpochMilli());
  }

  private void append(byte[] key, byte[] value, long timestamp) {
    log.add(
        new ConsumerRecord<>(
            PARTITION.topic(),
            PARTITION.partition(),
            log.size(),
            timestamp,
            TimestampType.CREATE_TIME,
            key.length,
            value.length,
            key,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }

  /** Before it runs: the window that its partition's last owner has left. */
  void takeOver(String window) {
    committed = new OffsetAndMetadata(0, window);
  }

  /** Lets the worker run for a while. */
  void run(Duration time) {
    long end = clock.nanoTime() + time.toNanos();
    while (clock.nanoTime() - end < 0) {
      loop.turn();
      for (Runnable send = sends.poll(); send != null; send = sends.poll()) {
        send.run();
      }
    }
  }

  /** How many records have been read and not yet answered or returned. */
  int held() {
    return position - results.size() - returned.size();
  }

  /** How many messages of a sender's requests the provider was handed. */
  long sentBy(String address) {
    return sent.stream().filter(message -> message.address().equals(address)).count();
  }

  @Override
  public SendOutcome send(OutgoingMessage message, Permit permit) {
    permit.await();
    sent.add(message);
    return provider.apply(message);
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    clock.sleep(wait);
    if (!assigned) {
      assigned = true;
      loop.assignment().onPartitionsAssigned(Set.of(PARTITION));
    }
    int end = position;
    int bytes = 0;
    while (!paused && end < log.size() && end - position < MOST_RECORDS && bytes < MOST_BYTES) {
      bytes += log.get(end++).serializedValueSize();
    }
    if (end == position) {
      return ConsumerRecords.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> records = List.copyOf(log.subList(position, end));
    position = end;
    return new ConsumerRecords<>(Map.of(PARTITION, records), Map.of());
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Set.of(PARTITION);
  }

  @Override
  public int partitions() {
    return 1;
  }

  @Override
  public long position(TopicPartition partition) {
    return position;
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    position = (int) offset;
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    paused = true;
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    paused = false;
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration atMost) {
    return Map.of(PARTITION, committed);
  }

  @Override
  public Map<TopicPartition, Place> places(Set<TopicPartition> partitions) {
    return Map.of(PARTITION, new Place(committed, 0, log.size()));
  }

  @Override
  public void leave() {}

  @Override
  public Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    committed = offsets.getOrDefault(PARTITION, committed);
    for (ProducerRecord<byte[], byte[]> record : records) {
      if (record.topic().equals(TOPICS.sendResults())) {
        results.add(Json.read(record.value(), SendResult.class));
      } else if (record.topic().equals(TOPICS.returnedRequests())) {
        returned.add(Json.read(record.value(), ReturnedRequest.class));
      } else if (record.topic().equals(TOPICS.sendRequests())) {
        Long timestamp = record.timestamp();
        append(
            record.key(),
            record.value(),
            timestamp == null ? clock.now().toEpochMilli() : timestamp);
      }
    }
    return Verdict.COMMITTED;
  }

  @Override
  public SizeBudget budget() {
    return new SizeBudget(TOPICS);
  }

  @Override
  public void failIfStopping() {}

  @Override
  public void close() {}
}
