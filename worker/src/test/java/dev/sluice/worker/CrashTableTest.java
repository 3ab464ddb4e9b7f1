package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.worker.output.TransactionSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * One request and two workers: whatever happens to its owner, at any step, it is sent at most once,
 * and its result is what is known. Single-threaded, in simulated time.
 */
class CrashTableTest {
  private static final int TURNS = 200;

  /** Longer than a worker keeps asking, and shorter than the turns last. */
  private static final Duration HANG = Duration.ofSeconds(25);

  /** A worker that sleeps for this long loses its partitions. */
  private static final Duration SESSION = Duration.ofSeconds(6);

  /** What the owner is doing when it is struck. */
  enum Step {
    /** The transaction that declares the start. */
    DECLARING,
    /** The call to the provider, which has taken the message. */
    SENDING,
    /** The transaction that records the outcome. */
    RECORDING
  }

  /** How the current transaction ends, or the next one if there is none. */
  enum Ending {
    COMMITTED(TransactionSink.Verdict.COMMITTED, true),
    REFUSED(TransactionSink.Verdict.REFUSED, false),
    UNKNOWN_COMMITTED(TransactionSink.Verdict.UNKNOWN, true),
    UNKNOWN_ABORTED(TransactionSink.Verdict.UNKNOWN, false),
    /** The same, but the end is unknown for longer than a worker keeps asking. */
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
    /** Its partition is revoked as planned: it is told first and ends what it can. */
    GIVES,
    /** Its partition is taken away, and it is told before it goes on. */
    LOSES,
    /**
     * It sleeps until its successor has begun: declared a start, or declared the message in doubt.
     */
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

  /** Ends the owner. */
  private static final class Death extends Error {
    private static final long serialVersionUID = 1;
  }

  /** One cell of the table: the log, the provider, the owner and its successor. */
  private static final class Cell {
    private final Step step;
    private final Ending ending;
    private final Fate fate;
    private final FakeTime time = new FakeTime();
    private final PartitionInMemory partition = new PartitionInMemory(time);
    private final Node owner = new Node(this);
    private final Node successor = new Node(this);
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
      partition.write(Requests.of(1), Duration.ZERO);
    }

    /** Returns the number of messages that the provider took, and the recipient's status. */
    String play() {
      boolean alive = true;
      for (int turn = 0; turn < TURNS; turn++) {
        try {
          if (alive) {
            owner.turnAndSend();
          }
        } catch (Death e) {
          alive = false;
          assigned = successor;
        }
        if (assigned == successor) {
          successor.turnAndSend();
        }
      }
      assertThat(struck).as("it has happened").isTrue();
      assertThat(partition.committed()).isEqualTo(new OffsetAndMetadata(1, "v1"));
      RecipientStatus status =
          partition.results.stream()
              .map(SendResult::status)
              .reduce(RecipientStatus.PENDING, (one, next) -> one.risesTo(next) ? next : one);
      return sent + " " + status;
    }

    /** Strikes the owner, if that has not happened yet and this is the step. */
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
          OffsetAndMetadata before = partition.committed();
          for (int turn = 0; turn < TURNS && partition.committed().equals(before); turn++) {
            successor.turn();
          }
        }
        case ZOMBIE -> {
          assigned = successor;
          time.sleep(SESSION);
          for (int turn = 0; turn < TURNS; turn++) {
            successor.turnAndSend();
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
        partition.commit(records, offsets);
      }
      strike(node, now);
      return how.verdict;
    }

    /** Returns whether the committed offset is known. */
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

  /** A worker's loop. Its calls to the provider run between its turns. */
  private static final class Node extends WorkerInMemory {
    private final Cell cell;
    private final Deque<Runnable> sends;

    Node(Cell cell) {
      this(cell, new ArrayDeque<>());
    }

    private Node(Cell cell, Deque<Runnable> sends) {
      super(
          cell.partition,
          cell.time,
          (kind, task) -> {
            sends.add(task);
            return Thread.currentThread();
          },
          2_000,
          HeldMemory.ofHeap());
      this.cell = cell;
      this.sends = sends;
    }

    void turnAndSend() {
      turn();
      // A worker that gives or loses its partition is told first.
      if (!cell.leaving && (cell.fate != Fate.LOSES || holds() == (cell.assigned == this))) {
        for (Runnable send = sends.poll(); send != null; send = sends.poll()) {
          send.run();
        }
      }
    }

    @Override
    void rebalance() {
      boolean assigned = cell.assigned == this;
      if (cell.leaving && holds()) {
        revoke();
        cell.leaving = false;
        cell.assigned = cell.successor;
      } else if (assigned && !holds()) {
        assign();
      } else if (!assigned && holds()) {
        lose();
      }
    }

    @Override
    boolean stable() {
      return cell.stable();
    }

    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      return cell.send(this, permit);
    }

    @Override
    public Verdict commit(
        List<ProducerRecord<byte[], byte[]>> records,
        Map<TopicPartition, OffsetAndMetadata> offsets) {
      return cell.commit(this, records, offsets);
    }
  }
}
