package dev.sluice.worker.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Topics;
import dev.sluice.worker.output.TransactionSink.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TransactionalProducerTest {
  private static final Topics TOPICS = new Topics("t.");

  private final Health health = new Health();
  private final MockProducer<byte[], byte[]> first = mock();
  private final MockProducer<byte[], byte[]> second = mock();
  private final Deque<Producer<byte[], byte[]>> producers =
      new ArrayDeque<>(List.of(first, second));
  private final List<String> saidMeanwhile = new ArrayList<>();
  private final List<Object> ids = new ArrayList<>();
  private long nanos;
  private final TransactionSink sink =
      new TransactionalProducer(
              new KafkaConfig("broker:1", TOPICS, Map.of(), new Clients()),
              "w1",
              health,
              new SimpleMeterRegistry(),
              () -> false,
              new Machine(new Impatient(), TransactionalProducerTest::run, new Random(1)))
          .of(new MockConsumer<byte[], byte[]>("earliest")::groupMetadata);

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(
            new TopicAuthorizationException("no Write on t.send-results"),
            "Kafka denies this worker a permission it needs: no Write on t.send-results"),
        Arguments.of(
            new KafkaException("wrapped", new SaslAuthenticationException("bad password")),
            "Kafka rejects this worker's credentials: bad password"),
        Arguments.of(
            new KafkaException("wrapped", new OffsetMetadataTooLarge("5,000")),
            "offset.metadata.max.bytes of the brokers is below 4096"),
        Arguments.of(
            new ProducerFencedException("newer epoch"),
            "another worker runs under the same name (w1)"),
        Arguments.of(new KafkaException("it broke"), "a transaction failed: it broke"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void healthSaysWhatPeopleMustMendUntilATransactionCommits(RuntimeException error, String words) {
    first.commitTransactionException = error;

    assertThat(commit()).isEqualTo(Verdict.UNKNOWN);
    assertThat(health.problems()).containsEntry("transactions", words);

    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(health.problems()).isEmpty();
    assertThat(second.history()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("errors")
  void andWhereNoTransactionCanBeginWhichBrokersThatAre(RuntimeException error, String words) {
    first.initTransactionException = error;

    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(first.closed()).isTrue();
    assertThat(saidMeanwhile).containsExactly("broker:1 does not start transactions: " + words);
    assertThat(health.problems()).isEmpty();
  }

  /** Nothing may be sent whose result cannot be stored. */
  @Test
  void aTopicThatTakesNoResultsStopsTheWorkerAndHealthNamesIt() {
    MockProducer<byte[], byte[]> unanswered =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    unanswered.commitTransactionException = new TimeoutException("after 8000 ms");
    producers.addFirst(unanswered);

    assertThat(commit()).isEqualTo(Verdict.UNKNOWN);
    assertThat(health.problems().get("transactions"))
        .startsWith("a transaction failed: after 8000 ms; no records could be written to t.send-");
    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void anIdWhoseLastTransactionNeverEndsIsReplaced() {
    first.initTransactionException = new TimeoutException("CONCURRENT_TRANSACTIONS");

    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(ids).doesNotHaveDuplicates().hasSize(2);
  }

  /** It may be inside a transaction, in which no other can begin. */
  @Test
  void aProducerThatAnErrorLeavesWithinATransactionIsNotUsedAgain() {
    first.commitTransactionException = new IllegalStateException("a bug");

    assertThatThrownBy(this::commit).hasMessage("a bug");
    assertThat(first.closed()).isTrue();
    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(first.history()).isEmpty();
    assertThat(second.history()).hasSize(1);
  }

  static Stream<Exception> failures() {
    return Stream.of(
        new NotEnoughReplicasException("one of two"),
        new TopicAuthorizationException(Set.of(TOPICS.returnedRequests())));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void aTopicThatCannotBeWrittenToIsLeftOutForAWhileAndThenTried(Exception failure) {
    boolean[] refuses = {true};
    MockProducer<byte[], byte[]> refusing = refusing(failure, refuses);
    producers.addFirst(refusing(failure, refuses));
    producers.addFirst(refusing);

    assertThat(commitReturned()).as("nothing is in doubt").isEqualTo(Verdict.ABORTED);
    assertThat(refusing.transactionAborted()).isTrue();
    assertThat(ids).as("an abort may never complete").doesNotHaveDuplicates().hasSize(2);
    assertThat(takesReturned()).isFalse();
    assertThat(commit()).isEqualTo(Verdict.COMMITTED);
    assertThat(health.problems()).containsOnlyKeys("topic " + TOPICS.returnedRequests());

    nanos += Duration.ofSeconds(30).toNanos();
    assertThat(takesReturned()).isTrue();
    assertThat(commitReturned()).isEqualTo(Verdict.ABORTED);
    nanos += Duration.ofSeconds(59).toNanos();
    assertThat(takesReturned()).isFalse();

    nanos += Duration.ofSeconds(1).toNanos();
    refuses[0] = false;
    assertThat(commitReturned()).isEqualTo(Verdict.COMMITTED);
    assertThat(takesReturned()).isTrue();
    assertThat(health.problems()).isEmpty();
  }

  /** Otherwise what a paused campaign has waiting would keep waiting. */
  @Test
  void noTopicIsLeftOutBecauseKafkaHasEndedTheTransaction() {
    MockProducer<byte[], byte[]> fenced =
        refusing(new InvalidProducerEpochException("an old epoch"), new boolean[] {true});
    fenced.commitTransactionException = new ProducerFencedException("newer epoch");
    producers.addFirst(fenced);

    assertThat(commitReturned()).isEqualTo(Verdict.UNKNOWN);
    assertThat(takesReturned()).isTrue();
    assertThat(health.problems()).containsOnlyKeys("transactions");

    assertThat(commitReturned()).isEqualTo(Verdict.COMMITTED);
    assertThat(health.problems()).isEmpty();
  }

  private static Thread run(Thread.Builder kind, Runnable task) {
    task.run();
    return kind.unstarted(task);
  }

  private boolean takesReturned() {
    return new RecordBatch(TOPICS, new CampaignHeaders(), sink.budget(), sink.outages())
        .takesReturned();
  }

  private Verdict commitReturned() {
    return sink.commit(
        List.of(
            new ProducerRecord<>(TOPICS.returnedRequests(), new byte[] {1}, new byte[] {2}),
            new ProducerRecord<>(TOPICS.sendRequests(), new byte[] {1}, new byte[] {2})),
        Map.of());
  }

  /** A lack of rights fails the transaction's other records in the same way. */
  private static MockProducer<byte[], byte[]> refusing(Exception failure, boolean[] refuses) {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
      private boolean failed;

      @Override
      public synchronized Future<RecordMetadata> send(
          ProducerRecord<byte[], byte[]> record, Callback callback) {
        boolean refused = refuses[0] && record.topic().equals(TOPICS.returnedRequests());
        failed |= refused && failure instanceof TopicAuthorizationException;
        if (!refused && !failed) {
          return super.send(record, callback);
        }
        callback.onCompletion(null, failure);
        return CompletableFuture.failedFuture(failure);
      }
    };
  }

  private final class Clients implements KafkaClients {
    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      ids.add(settings.get(ProducerConfig.TRANSACTIONAL_ID_CONFIG));
      return producers.remove();
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      throw new UnsupportedOperationException();
    }
  }

  /** Sleeps for no time, and records what health reports then. */
  private final class Impatient implements Ticker {
    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public void sleep(Duration time) {
      saidMeanwhile.addAll(health.problems().values());
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      throw new UnsupportedOperationException();
    }
  }

  private Verdict commit() {
    return sink.commit(
        List.of(new ProducerRecord<>(TOPICS.sendResults(), new byte[] {1}, new byte[] {2})),
        Map.of());
  }

  private static MockProducer<byte[], byte[]> mock() {
    return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
