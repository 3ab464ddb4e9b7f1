package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

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
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
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
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One request and two workers: whatever happens to its owner, and whenever, it is sent once at
 * most, and its recipient is told what is known. Single-threaded, in simulated time.
 */
class CrashTableTest {
  private static final Topics TOPICS = new Topics("");
  private static final TopicPartition PARTITION = new TopicPartition(TOPICS.sendRequests(), 0);
  private static final int TURNS = 200;

  /** Longer than a worker asks, and shorter than the turns are. */
  private static final Duration HANG = Duration.ofSeconds(25);

  /** A worker that sleeps for as long as this loses its partitions. */
  private static final Duration SESSION = Duration.ofSeconds(6);

  /** What the owner is doing when it happens. */
  enum Step {
    /** The transaction that declares the start. */
    DECLARING,
    /** The call to the provider, which has taken the message. */
    SENDING,
    /** The transaction that records the outcome. */
    RECORDING
  }

  /** How the transaction under way ends, or the next one if none is. */
  enum Ending {
    COMMITTED(TransactionSink.Verdict.COMMITTED, true),
    REFUSED(TransactionSink.Verdict.REFUSED, false),
    UNKNOWN_COMMITTED(TransactionSink.Verdict.UNKNOWN, true),
    UNKNOWN_ABORTED(TransactionSink.Verdict.UNKNOWN, false),
    /** As those; nobody can tell for longer than a worker asks. */
    HANGING_COMMITTED(TransactionSink.Verdict.UNKNOWN, true),
    HANGING_ABORTED(TransactionSink.Verdict.UNKNOWN, false);

    private final TransactionSink.Verdict verdict;
    private final boolean commits;

    Ending(TransactionSink.Verdict verdict, boolean commits) {
      this.verdict = verdict;
      this.commits = commits;
    }

    private boolean hangs() {
      return this == HANGING_COMMITTED || this == HANGING_ABORTED;
    }
  }

  /** What happens to the owner. */
  enum Fate {
    STAYS,
    DIES,
    /** Its partition is to be given to another, as planned: it ends what it can, and is told. */
    GIVES,
    /** Its partition is taken away, and it is told before it goes on. */
    LOSES,
    /** It sleeps until its successor has begun: declared a start, or called one in doubt. */
    WAKES,
    /** It sleeps until its successor is done. */
    ZOMBIE
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          step      | ending            | stays  | gives  | dies          | loses         | wakes         | zombie
          DECLARING | COMMITTED         | 1 SENT | 1 SENT | 0 UNCONFIRMED | 0 FAILED      | 0 FAILED      | 0 FAILED
          DECLARING | REFUSED           | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          DECLARING | UNKNOWN_COMMITTED | 1 SENT | 1 SENT | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED
          DECLARING | UNKNOWN_ABORTED   | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          DECLARING | HANGING_COMMITTED | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED | 0 UNCONFIRMED
          DECLARING | HANGING_ABORTED   | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | COMMITTED         | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | REFUSED           | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | UNKNOWN_COMMITTED | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | UNKNOWN_ABORTED   | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | HANGING_COMMITTED | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          SENDING   | HANGING_ABORTED   | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | COMMITTED         | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | REFUSED           | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | UNKNOWN_COMMITTED | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | UNKNOWN_ABORTED   | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | HANGING_COMMITTED | 1 SENT | 1 SENT | 1 SENT        | 1 SENT        | 1 SENT        | 1 SENT
          RECORDING | HANGING_ABORTED   | 1 SENT | 1 SENT | 1 UNCONFIRMED | 1 SENT        | 1 SENT        | 1 SENT
          """)
  void whateverHappensToTheOwner(
      Step step,
      Ending ending,
      String stays,
      String gives,
      String dies,
      String loses,
      String wakes,
      String zombie) {
    assertThat(new Cell(step, ending, Fate.STAYS).play()).as("stays").isEqualTo(stays);
    assertThat(new Cell(step, ending, Fate.GIVES).play()).as("gives").isEqualTo(gives);
    assertThat(new Cell(step, ending, Fate.DIES).play()).as("dies").isEqualTo(dies);
    assertThat(new Cell(step, ending, Fate.LOSES).play()).as("loses").isEqualTo(loses);
    assertThat(new Cell(step, ending, Fate.WAKES).play()).as("wakes").isEqualTo(wakes);
    assertThat(new Cell(step, ending, Fate.ZOMBIE).play()).as("zombie").isEqualTo(zombie);
  }

  /** The owner is gone. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  /** One cell of the table: the log, the provider, the owner and its successor. */
  private static final class Cell {
    private final Step step;
    private final Ending ending;
    private final Fate fate;
    private final FakeTime time = new FakeTime();
    private final List<SendResult> results = new ArrayList<>();
    private final Node owner = new Node(this);
    private final Node successor = new Node(this);
    private OffsetAndMetadata committed = new OffsetAndMetadata(0, "v1");
    private Node assigned = owner;
    private long stableNanos = time.nanoTime();
    private boolean leaving;
    private boolean struck;
    private boolean ended;
    private int sent;

    Cell(Step step, Ending ending, Fate fate) {
      this.step = step;
      this.ending = ending;
      this.fate = fate;
    }

    /** The number of messages that the provider took, and what the recipient's row says. */
    String play() {
      boolean alive = true;
      for (int turn = 0; turn < TURNS; turn++) {
        try {
          if (alive) {
            owner.turn();
          }
        } catch (Death e) {
          alive = false;
          assigned = successor;
        }
        if (assigned == successor) {
          successor.turn();
        }
      }
      assertThat(struck).as("it has happened").isTrue();
      assertThat(committed).isEqualTo(new OffsetAndMetadata(1, "v1"));
      RecipientStatus status =
          results.stream()
              .map(SendResult::status)
              .reduce(RecipientStatus.PENDING, (one, next) -> one.risesTo(next) ? next : one);
      return sent + " " + status;
    }

    /** What happens, if it has not happened yet and this is when. */
    private void strike(Node node, Step now) {
      if (struck || node != owner || now != step) {
        return;
      }
      struck = true;
      switch (fate) {
        case STAYS -> {}
        case DIES -> throw new Death();
        case GIVES -> leaving = true;
        case LOSES -> assigned = successor;
        case WAKES -> {
          assigned = successor;
          time.sleep(SESSION);
          OffsetAndMetadata before = committed;
          for (int turn = 0; turn < TURNS && committed.equals(before); turn++) {
            successor.loop.turn();
          }
        }
        case ZOMBIE -> {
          assigned = successor;
          time.sleep(SESSION);
          for (int turn = 0; turn < TURNS; turn++) {
            successor.turn();
          }
        }
      }
    }

    TransactionSink.Verdict commit(
        Node node,
        List<ProducerRecord<byte[], byte[]>> records,
        Map<TopicPartition, OffsetAndMetadata> offsets) {
      Step now =
          offsets.values().stream().anyMatch(offset -> offset.metadata().contains("s"))
              ? Step.DECLARING
              : Step.RECORDING;
      boolean member = offsets.isEmpty() || assigned == node;
      boolean first = member && node == owner && !ended && now.compareTo(step) >= 0;
      ended |= first;
      Ending how = first ? ending : member ? Ending.COMMITTED : Ending.REFUSED;
      if (how.hangs()) {
        stableNanos = time.nanoTime() + HANG.toNanos();
      }
      if (how.commits) {
        committed = offsets.getOrDefault(PARTITION, committed);
        records.stream()
            .filter(record -> record.topic().equals(TOPICS.sendResults()))
            .map(record -> Json.read(record.value(), SendResult.class))
            .forEach(results::add);
      }
      strike(node, now);
      return how.verdict;
    }

    /** Whether the committed offset can be told. */
    boolean stable() {
      return time.nanoTime() - stableNanos >= 0;
    }

    SendOutcome send(Node node, Permit permit) {
      permit.await();
      sent++;
      strike(node, Step.SENDING);
      return new SendOutcome.Accepted("id");
    }
  }

  /** A worker's loop on the model's log. Its calls to the provider run between its turns. */
  private static final class Node implements RequestSource, TransactionSink, MessageProvider {
    private static final ConsumerRecord<byte[], byte[]> REQUEST = request();

    private final Cell cell;
    private final Deque<Runnable> sends = new ArrayDeque<>();
    private final Dispatcher dispatcher;
    private final Supplier<SendLoop> loops;
    private SendLoop loop;
    private boolean holds;
    private boolean paused;
    private long position;

    Node(Cell cell) {
      this.cell = cell;
      Health health = new Health();
      Machine machine =
          new Machine(
              cell.time,
              (kind, task) -> {
                sends.add(task);
                return Thread.currentThread();
              },
              new Random(1));
      KafkaConfig kafka = NoControls.kafka(TOPICS);
      ControlsView controls = NoControls.view(TOPICS, cell.time);
      CircuitBreakers breakers = new CircuitBreakers(health, cell.time);
      SimpleMeterRegistry meters = new SimpleMeterRegistry();
      StallDetector stalls = new StallDetector(health);
      Map<String, MessageProvider> providers = Map.of("whatsapp", this);
      dispatcher = new Dispatcher(providers, breakers, controls, new AnswerTimes(meters), machine);
      loops =
          () ->
              new SendLoop(
                  this,
                  this,
                  dispatcher,
                  breakers,
                  stalls,
                  controls,
                  new MissingProviders(providers.keySet(), health, cell.time::nanoTime),
                  new ProviderProbes(providers, health, cell.time::nanoTime, sends::add),
                  WorkerConfig.of(kafka, "w"),
                  HeldMemory.ofHeap(),
                  new WorkerMeters(meters, TOPICS, dispatcher, breakers, stalls),
                  health,
                  machine);
      loop = loops.get();
    }

    private static ConsumerRecord<byte[], byte[]> request() {
      SendRequest request =
          new SendRequest(
              1,
              new UUID(0, 1),
              1,
              new SendRequest.Sender("s", "whatsapp", "1"),
              0,
              80,
              "+5511960000000",
              Json.MAPPER.createObjectNode(),
              OnDoubt.HOLD,
              0,
              null);
      return new ConsumerRecord<>(
          PARTITION.topic(),
          0,
          0,
          request.laneKey().toString().getBytes(StandardCharsets.UTF_8),
          Json.write(request));
    }

    void turn() {
      try {
        loop.turn();
      } catch (KafkaException e) {
        restart();
      }
      // Who gives or loses its partition is told first.
      if (!cell.leaving && (cell.fate != Fate.LOSES || holds == (cell.assigned == this))) {
        for (Runnable send = sends.poll(); send != null; send = sends.poll()) {
          send.run();
        }
      }
    }

    /** As the worker does, which leaves the group and joins it again. */
    private void restart() {
      dispatcher.requeue(loop.unpublished());
      loop.assignment().abandon();
      holds = false;
      loop = loops.get();
    }

    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      return cell.send(this, permit);
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration wait) {
      cell.time.sleep(wait);
      if (cell.leaving && holds) {
        loop.assignment().onPartitionsRevoked(Set.of(PARTITION));
        holds = false;
        cell.leaving = false;
        cell.assigned = cell.successor;
        return ConsumerRecords.empty();
      }
      boolean assigned = cell.assigned == this;
      if (assigned && !holds) {
        holds = true;
        loop.assignment().onPartitionsAssigned(Set.of(PARTITION));
      } else if (!assigned && holds) {
        holds = false;
        loop.assignment().onPartitionsLost(Set.of(PARTITION));
      }
      if (!holds || paused || position > 0) {
        return ConsumerRecords.empty();
      }
      position = 1;
      return new ConsumerRecords<>(Map.of(PARTITION, List.of(REQUEST)), Map.of());
    }

    @Override
    public Set<TopicPartition> assignment() {
      return holds ? Set.of(PARTITION) : Set.of();
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
      position = offset;
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
      if (!cell.stable()) {
        cell.time.sleep(atMost);
        throw new TimeoutException();
      }
      return Map.of(PARTITION, cell.committed);
    }

    @Override
    public Map<TopicPartition, Place> places(Set<TopicPartition> partitions) {
      return cell.stable() ? Map.of(PARTITION, new Place(cell.committed, 0, 1)) : Map.of();
    }

    @Override
    public void leave() {}

    @Override
    public Verdict commit(
        List<ProducerRecord<byte[], byte[]>> records,
        Map<TopicPartition, OffsetAndMetadata> offsets) {
      return cell.commit(this, records, offsets);
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
}
