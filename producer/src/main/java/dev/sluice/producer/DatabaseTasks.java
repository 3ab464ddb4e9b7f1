package dev.sluice.producer;

import dev.sluice.producer.sql.DatabaseFault;
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
 * Work at the database, done off the stream's thread: one task at a time for each campaign, so that
 * a slow page or a lock that somebody holds on its rows delays that campaign alone. What comes of a
 * task is carried out on the stream's thread, unless the campaign has changed meanwhile.
 */
final class DatabaseTasks {
  /** Connections that tasks use at once: so many, and a few more for those that failed before. */
  static final int PLACES = 8;

  static final int SUSPECTS_PLACES = 2;

  /** What was read and not yet written is in memory: that many pages at most. */
  private static final int MOST = 64;

  private final Executor executor;
  private final CampaignFaults faults;
  private final DatabaseBackoff outage;
  private final Semaphore places = new Semaphore(PLACES, true);
  private final Semaphore suspectsPlaces = new Semaphore(SUSPECTS_PLACES, true);
  private final Set<UUID> busy = new HashSet<>();
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();

  /** Asks the database, and returns what is to be done then on the stream's thread. */
  @FunctionalInterface
  interface Errand {
    Runnable run();
  }

  /** Whether what comes of a task is still of use. */
  @FunctionalInterface
  interface Wanted {
    boolean still();
  }

  private record Finished(
      UUID campaignId, Wanted wanted, @Nullable Runnable outcome, @Nullable Throwable failure) {}

  DatabaseTasks(Executor executor, CampaignFaults faults, DatabaseBackoff outage) {
    this.executor = executor;
    this.faults = faults;
    this.outage = outage;
  }

  /** Whether one is under way for this campaign. */
  boolean busy(UUID campaignId) {
    return busy.contains(campaignId);
  }

  /** Starts one if the campaign has none and is not to wait; whether it did. */
  boolean start(UUID campaignId, Wanted wanted, Errand task) {
    boolean suspect = faults.suspect(campaignId);
    // Suspects do not queue for their few places: that would take the tasks of all others.
    if (busy.size() >= MOST
        || (suspect && suspectsPlaces.availablePermits() == 0)
        || outage.lasts()
        || faults.waiting(campaignId)
        || !busy.add(campaignId)) {
      return false;
    }
    Semaphore place = suspect ? suspectsPlaces : places;
    executor.execute(() -> finished.add(run(campaignId, wanted, task, place)));
    return true;
  }

  // An error too is the campaign's own: one that is too large for the memory, for example.
  private static Finished run(UUID campaignId, Wanted wanted, Errand task, Semaphore place) {
    place.acquireUninterruptibly();
    try {
      return new Finished(campaignId, wanted, task.run(), null);
    } catch (Throwable e) {
      return new Finished(campaignId, wanted, null, e);
    } finally {
      place.release();
    }
  }

  /** Carries out what finished tasks call for; whether there were any. */
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
    DatabaseFault trouble = DatabaseFault.of(failure);
    String reason = DatabaseFault.reason(failure);
    if (trouble == DatabaseFault.DATABASE) {
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
      faults.failed(campaignId, DatabaseFault.OWN, DatabaseFault.reason(e));
      throw e;
    }
  }
}
