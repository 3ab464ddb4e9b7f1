package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.PARTITION;
import static dev.sluice.worker.PartitionInMemory.TOPICS;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.Threads;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.Place;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.breaker.ProviderProbes;
import dev.sluice.worker.output.SizeBudget;
import dev.sluice.worker.output.TopicOutages;
import dev.sluice.worker.output.TransactionSink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A worker's loop on a {@link PartitionInMemory}, turned by the test, in fake time. By default it
 * owns the partition from its first poll on, and every transaction commits.
 */
abstract class WorkerInMemory implements RequestSource, TransactionSink, MessageProvider {
  private static final int MOST_RECORDS = 500;

  /** What is fetched is compressed, and may be many times as large in memory. */
  private static final int MOST_BYTES = 16 * KafkaRequestSource.MOST_FETCHED;

  final Health health = new Health();
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final PartitionInMemory partition;
  final FakeTime time;
  final TopicOutages outages;

  /** The controls that it knows: none at first, then its own and those that the test adds. */
  final ControlsView view;

  private final Dispatcher dispatcher;
  private final Supplier<SendLoop> loops;
  private SendLoop loop;

  /** The offset of a record that cannot be read. */
  int damagedAt = -1;

  /** Whether the poll that meets this record takes the partition away. */
  boolean revokedAtDamage;

  /** How often the loop has started over. */
  int restarts;

  private boolean holds;
  private boolean paused;
  private int position;

  /**
   * Creates a worker that has read nothing.
   *
   * @param threads starts its calls to the provider
   */
  WorkerInMemory(
      PartitionInMemory partition,
      FakeTime time,
      Threads threads,
      int maxInFlight,
      HeldMemory memory) {
    this.partition = partition;
    this.time = time;
    this.outages = new TopicOutages(TOPICS, health, time::nanoTime);
    Machine machine =
        new Machine(
            time,
            (kind, task) -> {
              Thread thread = kind.unstarted(task);
              if (!thread.getName().equals(PartitionAssignment.LOOKUP)) {
                return threads.start(kind, task);
              }
              task.run();
              return thread;
            },
            new Random(1));
    KafkaConfig kafka = NoControls.kafka(TOPICS);
    view = NoControls.view(TOPICS, time);
    CircuitBreakers breakers = new CircuitBreakers(health, time);
    StallDetector stalls = new StallDetector(health);
    Map<String, MessageProvider> providers = Map.of("whatsapp", this);
    WorkerConfig usual = WorkerConfig.of(kafka, "w");
    NamedSenders senders = new NamedSenders();
    dispatcher =
        new Dispatcher(providers, breakers, view, new CallMeters(meters, senders), machine);
    WorkerMeters workerMeters =
        new WorkerMeters(meters, senders, TOPICS, dispatcher, breakers, stalls);
    loops =
        () ->
            new SendLoop(
                this,
                this,
                dispatcher,
                breakers,
                stalls,
                view,
                new MissingProviders(providers.keySet(), health, time::nanoTime),
                new ProviderProbes(
                    providers,
                    health,
                    time::nanoTime,
                    probe -> machine.threads().start(Thread.ofVirtual(), probe)),
                new WorkerConfig(
                    usual.kafka(), usual.instance(), maxInFlight, usual.drain(), usual.retries()),
                memory,
                workerMeters,
                health,
                machine);
    loop = loops.get();
  }

  /** Runs one turn of the loop; after an error it starts over, outside the group. */
  final void turn() {
    try {
      loop.iterate();
    } catch (KafkaException e) {
      restarts++;
      dispatcher.requeue(loop.unpublished());
      loop.assignment().abandon();
      holds = false;
      loop = loops.get();
    }
  }

  /** Returns whether it knows that it owns the partition. */
  final boolean holds() {
    return holds;
  }

  /** Tells it that it owns the partition. */
  final void assign() {
    holds = true;
    loop.assignment().onPartitionsAssigned(Set.of(PARTITION));
  }

  /** Makes it end what it can, for another owner. */
  final void revoke() {
    loop.assignment().onPartitionsRevoked(Set.of(PARTITION));
    holds = false;
  }

  /** Tells it that it has lost the partition. */
  final void lose() {
    holds = false;
    loop.assignment().onPartitionsLost(Set.of(PARTITION));
  }

  /** Changes who owns the partition, within a poll. */
  void rebalance() {
    if (!holds) {
      assign();
    }
  }

  /** Returns whether the committed offset is known. */
  boolean stable() {
    return true;
  }

  @Override
  public Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    partition.commit(records, offsets);
    return Verdict.COMMITTED;
  }

  @Override
  public final ConsumerRecords<byte[], byte[]> poll(Duration wait) {
    time.sleep(wait);
    rebalance();
    List<ConsumerRecord<byte[], byte[]>> log = partition.log;
    int end = position;
    int bytes = 0;
    if (holds && !paused && end == damagedAt) {
      if (revokedAtDamage) {
        revoke();
      }
      throw new DamagedLogException(PARTITION, "a damaged disk", new KafkaException());
    }
    while (holds
        && !paused
        && end < log.size()
        && end != damagedAt
        && end - position < MOST_RECORDS
        && bytes < MOST_BYTES) {
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
  public final Set<TopicPartition> assignment() {
    return holds ? Set.of(PARTITION) : Set.of();
  }

  @Override
  public final int partitions() {
    return 1;
  }

  @Override
  public final long position(TopicPartition ignored) {
    return position;
  }

  @Override
  public final void seek(TopicPartition ignored, long offset) {
    position = (int) offset;
  }

  @Override
  public final void pause(Collection<TopicPartition> partitions) {
    paused = true;
  }

  @Override
  public final void resume(Collection<TopicPartition> partitions) {
    paused = false;
  }

  @Override
  public final Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration atMost) {
    if (!stable()) {
      time.sleep(atMost);
      throw new TimeoutException();
    }
    return Map.of(PARTITION, partition.committed());
  }

  @Override
  public final Map<TopicPartition, Place> places(Set<TopicPartition> partitions) {
    return stable()
        ? Map.of(PARTITION, new Place(partition.committed(), 0, partition.log.size()))
        : Map.of();
  }

  @Override
  public final Map<TopicPartition, Place> confirmed(Map<TopicPartition, Place> places) {
    return places;
  }

  @Override
  public final void leave() {}

  @Override
  public final SizeBudget budget() {
    return new SizeBudget(TOPICS);
  }

  @Override
  public final TopicOutages outages() {
    return outages;
  }

  @Override
  public final void failIfStopping() {}

  @Override
  public final void close() {}
}
