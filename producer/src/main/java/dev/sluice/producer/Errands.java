package dev.sluice.producer;

import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Work at the database, done off the stream's thread: one errand at a time for each campaign, so
 * that a slow page or a lock that somebody holds on its rows delays that campaign alone. What comes
 * of an errand is carried out on the stream's thread, unless the campaign has changed meanwhile.
 */
final class Errands {
  /** Connections that errands use at once: so many, and a few more for those that failed before. */
  static final int PLACES = 8;

  static final int SUSPECTS_PLACES = 2;

  /** What was read and not yet written is in memory: that many pages at most. */
  private static final int MOST = 64;

  private final Executor executor;
  private final Faults faults;
  private final Outage outage;
  private final Semaphore places = new Semaphore(PLACES, true);
  private final Semaphore suspectsPlaces = new Semaphore(SUSPECTS_PLACES, true);
  private final Set<UUID> busy = new HashSet<>();
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();

  /** Asks the database, and returns what is to be done then on the stream's thread. */
  @FunctionalInterface
  interface Errand {
    Runnable run();
  }

  /** Whether what comes of an errand is still of use. */
  @FunctionalInterface
  interface Wanted {
    boolean still();
  }

  private record Finished(
      UUID campaignId, Wanted wanted, @Nullable Runnable outcome, @Nullable Throwable failure) {}

  Errands(Executor executor, Faults faults, Outage outage) {
    this.executor = executor;
    this.faults = faults;
    this.outage = outage;
  }

  /** Whether one is under way for this campaign. */
  boolean busy(UUID campaignId) {
    return busy.contains(campaignId);
  }

  /** Starts one if the campaign has none and is not to wait; whether it did. */
  boolean start(UUID campaignId, Wanted wanted, Errand errand) {
    boolean suspect = faults.suspect(campaignId);
    // Suspects do not queue for their few places: that would take the errands of all others.
    if (busy.size() >= MOST
        || (suspect && suspectsPlaces.availablePermits() == 0)
        || outage.lasts()
        || faults.waiting(campaignId)
        || !busy.add(campaignId)) {
      return false;
    }
    Semaphore place = suspect ? suspectsPlaces : places;
    executor.execute(() -> finished.add(run(campaignId, wanted, errand, place)));
    return true;
  }

  // An error too is the campaign's own: one that is too large for the memory, for example.
  private static Finished run(UUID campaignId, Wanted wanted, Errand errand, Semaphore place) {
    place.acquireUninterruptibly();
    try {
      return new Finished(campaignId, wanted, errand.run(), null);
    } catch (Throwable e) {
      return new Finished(campaignId, wanted, null, e);
    } finally {
      place.release();
    }
  }

  /** Carries out what finished errands call for; whether there were any. */
  boolean settle() {
    boolean any = false;
    for (Finished one = finished.poll(); one != null; one = finished.poll()) {
      any = true;
      busy.remove(one.campaignId());
      if (one.failure() != null) {
        failed(one.campaignId(), one.failure());
      } else if (one.outcome() != null && one.wanted().still()) {
        carryOut(one.campaignId(), one.outcome());
      }
    }
    return any;
  }

  private void failed(UUID campaignId, Throwable failure) {
    Trouble trouble = Trouble.of(failure);
    String reason = Trouble.reason(failure);
    if (trouble == Trouble.DATABASE) {
      outage.noticed(reason);
    }
    faults.failed(campaignId, trouble, reason);
  }

  private void carryOut(UUID campaignId, Runnable outcome) {
    outage.over();
    try {
      outcome.run();
      faults.worked(campaignId);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      // Half of it may be written: the transaction has to end, and with it the thread. The next one
      // knows whose fault it was.
      faults.failed(campaignId, Trouble.OWN, Trouble.reason(e));
      throw e;
    }
  }
}
