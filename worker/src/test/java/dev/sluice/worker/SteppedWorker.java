package dev.sluice.worker;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** A worker in memory whose calls to the provider take the time that the test says. */
final class SteppedWorker extends WorkerInMemory {
  private static final int MOST_IN_FLIGHT = 2_000;

  final List<OutgoingMessage> sent = new ArrayList<>();
  final List<SendResult> results = partition.results;
  final List<ReturnedRequest> returned = partition.returned;
  final List<ConsumerRecord<byte[], byte[]>> log = partition.log;
  final Map<String, Control> controls = partition.controls;

  /** Whether this worker is seen as a member of its group. */
  boolean transactionsCommit = true;

  /** How long each transaction takes. */
  Duration commitTakes = Duration.ZERO;

  /** How many of the next transactions are aborted. */
  int aborted;

  /** How many of the next transactions fail in such a way that the loop starts over. */
  int failing;

  /** Topics that cannot be written to. */
  final Set<String> offline = new HashSet<>();

  private final BiFunction<OutgoingMessage, Permit, SendOutcome> provider;

  /** Creates a worker whose provider answers at once. */
  SteppedWorker(Function<OutgoingMessage, SendOutcome> provider) {
    this(provider, HeldMemory.ofHeap());
  }

  /**
   * Creates a worker whose provider answers at once, with this much memory for what it has read.
   */
  SteppedWorker(Function<OutgoingMessage, SendOutcome> provider, HeldMemory memory) {
    this(MOST_IN_FLIGHT, new SteppedTime(), awaiting(provider), memory);
  }

  /** Creates a worker whose provider may wait before it answers. */
  SteppedWorker(
      int maxInFlight, SteppedTime time, Function<OutgoingMessage, SendOutcome> provider) {
    this(maxInFlight, time, awaiting(provider));
  }

  /** Creates a worker whose provider may wait, with this much memory for what it has read. */
  SteppedWorker(
      int maxInFlight,
      SteppedTime time,
      Function<OutgoingMessage, SendOutcome> provider,
      HeldMemory memory) {
    this(maxInFlight, time, awaiting(provider), memory);
  }

  /** Creates a worker whose provider does something before it asks for the permit. */
  SteppedWorker(
      int maxInFlight,
      SteppedTime time,
      BiFunction<OutgoingMessage, Permit, SendOutcome> provider) {
    this(maxInFlight, time, provider, HeldMemory.ofHeap());
  }

  private SteppedWorker(
      int maxInFlight,
      SteppedTime time,
      BiFunction<OutgoingMessage, Permit, SendOutcome> provider,
      HeldMemory memory) {
    super(new PartitionInMemory(time), time, (kind, task) -> time.start(task), maxInFlight, memory);
    this.provider = provider;
  }

  private static BiFunction<OutgoingMessage, Permit, SendOutcome> awaiting(
      Function<OutgoingMessage, SendOutcome> provider) {
    return (message, permit) -> {
      permit.await();
      return provider.apply(message);
    };
  }

  /** Sets the window that its partition's last owner has left; call it before it runs. */
  void takeOver(String window) {
    partition.leave(window);
  }

  void write(SendRequest request) {
    write(request, Duration.ZERO);
  }

  /** Writes a request that is this old. */
  void write(SendRequest request, Duration age) {
    partition.write(request, age);
  }

  /** Writes one request to each of so many other senders that lanes at rest are forgotten. */
  void writeToManyOthers() {
    for (int i = 0; i <= PartitionState.MANY_LANES; i++) {
      write(
          new SendRequest(
              1_000_000 + i,
              new UUID(0, 9),
              1,
              new SendRequest.Sender("other" + i, "whatsapp", "other" + i),
              0,
              80,
              "+5511960000000",
              Json.MAPPER.createObjectNode(),
              OnDoubt.HOLD,
              0,
              null));
    }
  }

  /** Runs the worker for a while: on a virtual thread, which hands over to others far sooner. */
  void run(Duration span) {
    CompletableFuture.runAsync(
            () -> {
              long end = time.nanoTime() + span.toNanos();
              while (time.nanoTime() - end < 0) {
                turn();
              }
            },
            Thread::startVirtualThread)
        .join();
  }

  /** Returns how many records have been read and not yet answered or returned. */
  int held() {
    return (int) position(PartitionInMemory.PARTITION) - results.size() - returned.size();
  }

  /** Returns how many messages of a sender were handed to the provider. */
  long sentBy(String address) {
    return sent.stream().filter(message -> message.address().equals(address)).count();
  }

  @Override
  public Verdict commit(
      List<ProducerRecord<byte[], byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (commitTakes.isPositive()) {
      time.sleep(commitTakes);
    }
    Map<String, String> unwritten =
        records.stream()
            .map(ProducerRecord::topic)
            .filter(offline::contains)
            .distinct()
            .collect(Collectors.toMap(topic -> topic, _ -> "no answer"));
    if (!unwritten.isEmpty()) {
      time.sleep(Duration.ofSeconds(2));
      outages.failed(unwritten);
      return Verdict.ABORTED;
    }
    outages.written(records);
    if (aborted > 0) {
      aborted--;
      return Verdict.ABORTED;
    }
    if (failing > 0) {
      failing--;
      throw new KafkaException("the end of the transaction is unknown");
    }
    return transactionsCommit ? super.commit(records, offsets) : Verdict.REFUSED;
  }

  @Override
  public SendOutcome send(OutgoingMessage message, Permit permit) {
    return provider.apply(
        message,
        () -> {
          permit.await();
          sent.add(message);
        });
  }
}
