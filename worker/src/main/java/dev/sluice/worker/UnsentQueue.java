package dev.sluice.worker;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A partition's records that will be done without being sent, ordered by offset, because the window
 * can only advance from its base. Those whose topic cannot be written to are set aside, so that no
 * iteration walks past them.
 */
final class UnsentQueue {
  private final Queue<UnsentRecord> ready = queue();
  private final Queue<UnsentRecord> returned = queue();
  private final Queue<UnsentRecord> deadLetters = queue();

  private static Queue<UnsentRecord> queue() {
    return new PriorityQueue<>(Comparator.comparingLong(UnsentRecord::offset));
  }

  void add(UnsentRecord record) {
    ready.add(record);
  }

  /** Returns the record with the lowest offset of those that are not set aside, or null. */
  @Nullable UnsentRecord first() {
    return ready.peek();
  }

  void removeFirst() {
    ready.remove();
  }

  /** Sets a record aside until its kind is taken up again. */
  void setAside(UnsentRecord record) {
    boolean isDeadLetter = record instanceof UnsentRecord.Unreadable;
    (isDeadLetter ? deadLetters : returned).add(record);
  }

  /** Returns the requests, which may return to their lanes. */
  Stream<SendTask> requests() {
    return Stream.concat(ready.stream(), returned.stream())
        .mapMulti((record, requests) -> {
          switch (record) {
            case UnsentRecord.Held held -> requests.accept(held.task());
            case UnsentRecord.Returned back -> requests.accept(back.task());
            case UnsentRecord.InDoubt doubt -> {}
            case UnsentRecord.Unreadable unreadable -> {}
          }
        });
  }

  /** Returns whether requests to be returned are set aside. */
  boolean keepsReturned() {
    return !returned.isEmpty();
  }

  /** Takes up the first requests that were to be returned. */
  void takeUpReturned(int most) {
    takeUp(returned, most);
  }

  /** Takes up the first unreadable records. */
  void takeUpDeadLetters(int most) {
    takeUp(deadLetters, most);
  }

  private void takeUp(Queue<UnsentRecord> aside, int most) {
    for (int i = 0; i < most && !aside.isEmpty(); i++) {
      ready.add(aside.remove());
    }
  }

  void clear() {
    ready.clear();
    returned.clear();
    deadLetters.clear();
  }
}
