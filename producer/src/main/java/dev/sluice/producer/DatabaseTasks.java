package dev.sluice.producer;

import dev.sluice.producer.sql.DatabaseFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
  /** The most connections in use at once, and a few more for campaigns that failed or were slow. */
  static final int PLACES = 6;

  static final int SUSPECTS_PLACES = 4;

  /** The most pages in memory that were read and not yet written. */
  private static final int MOST = 64;

  private final Executor executor;
  private final CampaignFaults faults;
  private final DatabaseBackoff backoff;
  private final Runnable rehearsal;
  private final InstantSource clock;
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

  /**
   * A task as it was started.
   *
   * @param lookUp whether it only looks something up
   */
  private record Started(UUID campaignId, Wanted wanted, Task task, boolean lookUp) {}

  private record Failure(DatabaseFault trouble, String reason) {}

  private record Finished(
      Started started, Duration took, @Nullable Runnable outcome, @Nullable Failure failure) {}

  /**
   * Runs them with the given executor.
   *
   * @param rehearsal fails if the database works for nobody
   */
  DatabaseTasks(
      Executor executor,
      CampaignFaults faults,
      DatabaseBackoff backoff,
      Runnable rehearsal,
      InstantSource clock) {
    this.executor = executor;
    this.faults = faults;
    this.backoff = backoff;
    this.rehearsal = rehearsal;
    this.clock = clock;
  }

  /** Whether a task of this campaign is running. */
  boolean busy(UUID campaignId) {
    return busy.contains(campaignId);
  }

  /** Starts a task unless the campaign has one or backs off; returns whether it did. */
  boolean start(UUID campaignId, Wanted wanted, Task task) {
    return start(new Started(campaignId, wanted, task, false));
  }

  /**
   * The same for a task that only looks something up. Its success says nothing about the campaign's
   * pages, which may fail or be slow all the same.
   */
  boolean lookUp(UUID campaignId, Wanted wanted, Task task) {
    return start(new Started(campaignId, wanted, task, true));
  }

  private boolean start(Started started) {
    UUID campaignId = started.campaignId();
    boolean suspect = faults.suspect(campaignId);
    // Suspects do not queue for their few connections: they would fill the queue. So they have one
    // before they start.
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
      finished.add(run(started, suspect ? suspectsPlaces : places));
    });
    return true;
  }

  // An Error is the campaign's fault too, such as a page too large for the memory.
  private Finished run(Started started, Semaphore place) {
    Instant begun = clock.instant();
    try {
      Runnable outcome = started.task().run();
      return new Finished(started, since(begun), outcome, null);
    } catch (Throwable e) {
      Failure failure = new Failure(DatabaseFault.of(e, rehearsal), DatabaseFault.reason(e));
      return new Finished(started, since(begun), null, failure);
    } finally {
      place.release();
    }
  }

  private Duration since(Instant begun) {
    return Duration.between(begun, clock.instant());
  }

  /** Applies the effects of finished tasks; returns whether there were any. */
  boolean settle() {
    boolean any = false;
    for (Finished one = finished.poll(); one != null; one = finished.poll()) {
      any = true;
      Started started = one.started();
      busy.remove(started.campaignId());
      if (!started.lookUp()) {
        faults.took(started.campaignId(), one.took());
      }
      if (one.failure() != null) {
        failed(started.campaignId(), one.failure());
      } else if (one.outcome() != null && started.wanted().still()) {
        carryOut(started, one.outcome());
      }
    }
    return any;
  }

  private void failed(UUID campaignId, Failure failure) {
    if (failure.trouble() == DatabaseFault.DATABASE) {
      backoff.noticed(failure.reason());
    }
    faults.failed(campaignId, failure.trouble(), failure.reason());
  }

  private void carryOut(Started started, Runnable outcome) {
    backoff.over();
    try {
      outcome.run();
      if (!started.lookUp()) {
        faults.worked(started.campaignId());
      }
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      // Half of the effect may be written: the transaction must be aborted, and with it the thread
      // ends. Its successor knows which campaign failed.
      faults.failed(started.campaignId(), DatabaseFault.OWN, DatabaseFault.reason(e));
      throw e;
    }
  }
}
