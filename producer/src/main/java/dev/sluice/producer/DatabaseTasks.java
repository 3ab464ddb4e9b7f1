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
 * Runs database work off the stream thread, one task at a time per campaign, so that a slow page or
 * a lock on its rows delays only that campaign. A task's effect is applied on the stream thread,
 * unless the campaign has changed in the meantime.
 */
final class DatabaseTasks {
  /**
   * The most connections in use at once, and as many additional ones for campaigns that failed or
   * were slow. If the database is slow for everyone, all campaigns are suspects, and still have as
   * many connections as usual.
   */
  static final int PLACES = 6;

  /** The most pages in memory that were read but not written yet. */
  private static final int MOST = 64;

  private final Executor executor;
  private final CampaignFaults faults;
  private final DatabaseBackoff backoff;
  private final Runnable rehearsal;
  private final InstantSource clock;
  private final Semaphore places = new Semaphore(PLACES, true);
  private final Semaphore suspectsPlaces = new Semaphore(PLACES, true);
  private final Set<UUID> busy = new HashSet<>();
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();

  /** Runs on the database and returns the effect to apply on the stream thread. */
  @FunctionalInterface
  interface Task {
    Runnable run();
  }

  /** Returns whether a task's effect still applies. */
  @FunctionalInterface
  interface Wanted {
    boolean still();
  }

  /**
   * A started task.
   *
   * @param lookUp whether it is only a look-up
   */
  private record Started(UUID campaignId, Wanted wanted, Task task, boolean lookUp) {}

  private record Failure(DatabaseFault trouble, String reason) {}

  private record Finished(
      Started started, Duration took, @Nullable Runnable outcome, @Nullable Failure failure) {}

  /**
   * Creates a runner on the given executor.
   *
   * @param rehearsal fails if the database works for no campaign
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

  /** Returns whether a task of this campaign is running. */
  boolean busy(UUID campaignId) {
    return busy.contains(campaignId);
  }

  /** Starts a task unless the campaign has one or backs off; returns whether it was started. */
  boolean start(UUID campaignId, Wanted wanted, Task task) {
    return start(new Started(campaignId, wanted, task, false));
  }

  /**
   * Starts a task that is only a look-up. Its success says nothing about the campaign's pages,
   * which may still fail or be slow.
   */
  boolean lookUp(UUID campaignId, Wanted wanted, Task task) {
    return start(new Started(campaignId, wanted, task, true));
  }

  private boolean start(Started started) {
    UUID campaignId = started.campaignId();
    boolean suspect = faults.suspect(campaignId);
    // Suspects do not queue for their few connections, because they would fill the queue; they get
    // one before they start.
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

  // An Error is the campaign's fault too, for example a page too large for memory.
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
      // The effect may be half written: the transaction must be aborted, which ends the thread. Its
      // successor knows which campaign failed.
      faults.failed(started.campaignId(), DatabaseFault.OWN, DatabaseFault.reason(e));
      throw e;
    }
  }
}
