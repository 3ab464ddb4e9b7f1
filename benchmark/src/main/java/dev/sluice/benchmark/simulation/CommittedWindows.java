package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Broker.Commit;
import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows what the workers commit, and tells a ledger how the state of each request changes. What
 * is done stays done.
 */
final class CommittedWindows {
  private final Broker broker;
  private final Ledger ledger;
  private final Map<TopicPartition, Followed> partitions = new LinkedHashMap<>();

  /** Judges changes of requests' states. */
  interface Ledger {
    /** A request is done. */
    void done(TopicPartition partition, long offset);

    /** A request that was started is waiting again. */
    void backToWaiting(TopicPartition partition, long offset);
  }

  /** One partition as of the last commit that was looked at. */
  private static final class Followed {
    /** The states from the committed offset on; later ones are waiting. */
    private List<State> window = List.of();

    private long committed;
    private int commits;

    private State state(long offset) {
      if (offset < committed) {
        return State.DONE;
      }
      int index = (int) (offset - committed);
      return index < window.size() ? window.get(index) : State.WAITING;
    }

    private long end() {
      return committed + window.size();
    }
  }

  CommittedWindows(Broker broker, Collection<TopicPartition> served, Ledger ledger) {
    this.broker = broker;
    this.ledger = ledger;
    served.forEach(partition -> partitions.put(partition, new Followed()));
  }

  /** Looks at what was committed since the last look. */
  void check() {
    partitions.forEach((partition, followed) -> {
      List<Commit> commits = broker.commits(partition);
      for (; followed.commits < commits.size(); followed.commits++) {
        follow(partition, followed, commits.get(followed.commits).offset());
      }
    });
  }

  private void follow(TopicPartition partition, Followed before, OffsetAndMetadata committed) {
    Followed after = new Followed();
    after.committed = committed.offset();
    after.window = window(committed);
    long first = Math.min(before.committed, after.committed);
    for (long offset = first; offset < Math.max(before.end(), after.end()); offset++) {
      State was = before.state(offset);
      State is = after.state(offset);
      if (was == is) {
        continue;
      }
      if (was == State.DONE) {
        throw new Violation(
            "offset %d of %s was done and is %s in %s".formatted(offset, partition, is, committed));
      }
      if (is == State.DONE) {
        ledger.done(partition, offset);
      } else if (is == State.WAITING) {
        ledger.backToWaiting(partition, offset);
      }
    }
    before.committed = after.committed;
    before.window = after.window;
  }

  static List<State> window(OffsetAndMetadata committed) {
    List<State> states = new ArrayList<>();
    try {
      for (WindowCodec.Run run : WindowCodec.decode(committed.metadata())) {
        states.addAll(Collections.nCopies(run.length(), run.state()));
      }
      return states;
    } catch (UnreadableWindowException e) {
      throw new Violation("unreadable window " + committed, e);
    }
  }
}
