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
 * Database work, done off the stream thread: one task at a time for each campaign, so that a slow
 * page or a lock on its rows delays that campaign alone. A task's effect is applied on the stream
 * thread, unless the campaign has changed meanwhile.
 */
final class DatabaseTasks {
  /** The most connections in use at once, and a few more for campaigns that failed before. */
  static final int PLACES = 8;

  static final int SUSPECTS_PLACES = 2;

  /** The most pages in memory that were read and not yet written. */
  private static final int MOST = 64;

  private final Executor executor;
  private final CampaignFaults faults;
  private final DatabaseBackoff backoff;
  private final Semaphore places = new Semaphore(PLACES, true);
  private final Semaphore suspectsPlaces = new Semaphore(SUSPECTS_PLACES, true);
  private final Set<UUID> busy = new HashSet<>();
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();

  /** Works at the database, and returns the effect to apply on the stream thread. */
  @FunctionalInterface
  interface Task {
    Runnable run();
  }

  /** Whether a task's effect still applies. */
  @FunctionalInterface
  interface Wanted {
    boolean still();
  }

  private record Finished(
      UUID campaignId, Wanted wanted, @Nullable Runnable outcome, @Nullable Throwable failure) {}

  DatabaseTasks(Executor executor, CampaignFaults faults, DatabaseBackoff backoff) {
    this.executor = executor;
    this.faults = faults;
    this.backoff = backoff;
  }

  /** Whether a task of this campaign is running. */
  boolean busy(UUID campaignId) {
    return busy.contains(campaignId);
  }

  /** Starts a task unless the campaign has one or backs off; returns whether it did. */
  boolean start(UUID campaignId, Wanted wanted, Task task) {
    boolean suspect = faults.suspect(campaignId);
    // Campaigns that failed before do not queue for their few connections: they would fill the
    // queue. So they have one before they start.
    if (busy.size() >= MOST
        || backoff.lasts()
        || faults.waiting(campaignId)
        || busy.contains(campaignId)
        || (suspect && !suspectsPlaces.tryAcquire())) {
      return false;
    }
    busy.add(campaignId);
    executor.execute(() -> {
      if (!suspect) {
        places.acquireUninterruptibly();
      }
      finished.add(run(campaignId, wanted, task, suspect ? suspectsPlaces : places));
    });
    return true;
  }

  // An Error is the campaign's fault too, such as a page too large for the memory.
  private static Finished run(UUID campaignId, Wanted wanted, Task task, Semaphore place) {
    try {
      return new Finished(campaignId, wanted, task.run(), null);
    } catch (Throwable e) {
      return new Finished(campaignId, wanted, null, e);
    } finally {
      place.release();
    }
  }

  /** Applies the effects of finished tasks; returns whether there were any. */
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
      backoff.noticed(reason);
    }
    faults.failed(campaignId, trouble, reason);
  }

  private void carryOut(UUID campaignId, Runnable outcome) {
    backoff.over();
    try {
      outcome.run();
      faults.worked(campaignId);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      // Half of the effect may be written: the transaction must be aborted, and with it the thread
      // ends. Its successor knows which campaign failed.
      faults.failed(campaignId, DatabaseFault.OWN, DatabaseFault.reason(e));
      throw e;
    }
  }
}
