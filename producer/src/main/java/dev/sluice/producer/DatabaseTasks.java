package dev.sluice.producer;

import static java.util.Objects.requireNonNull;

import dev.sluice.producer.sql.DatabaseFault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
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
  static final int PLACES = 8;

  /** The most tasks at once, and so pages in memory that were read but not written yet. */
  private static final int MOST = 64;

  /**
   * The kind of a task. Starts and steps of resends may take long, writes to campaigns' rows may
   * wait for locks, and a schedule, a script or the end of sending hours may bring hundreds at
   * once, so that each kind is limited: pages find places among them.
   */
  enum Kind {
    START(MOST / 4, PLACES / 4),
    RESEND(MOST / 4, PLACES / 4),
    WRITE(MOST / 4, PLACES / 4),
    /** Says nothing about the campaign's pages, which may still fail or be slow. */
    LOOK_UP(MOST, PLACES),
    OTHER(MOST, PLACES);

    private final int most;
    private final int places;

    Kind(int most, int places) {
      this.most = most;
      this.places = places;
    }
  }

  private final Executor executor;
  private final CampaignFaults faults;
  private final DatabaseBackoff backoff;
  private final Runnable rehearsal;
  private final InstantSource clock;
  private final Places places = new Places();
  private final Places suspectsPlaces = new Places();
  private final Map<UUID, Kind> busy = new HashMap<>();
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

  private record Started(Kind kind, UUID campaignId, Wanted wanted, Task task) {
    boolean lookUp() {
      return kind == Kind.LOOK_UP;
    }
  }

  /** Connections, of which each kind of task may use its part. */
  private static final class Places {
    private final Semaphore all = new Semaphore(PLACES, true);
    private final Map<Kind, Semaphore> byKind = new EnumMap<>(Kind.class);

    Places() {
      for (Kind kind : Kind.values()) {
        byKind.put(kind, new Semaphore(kind.places, true));
      }
    }

    private Semaphore of(Kind kind) {
      return requireNonNull(byKind.get(kind));
    }

    boolean tryAcquire(Kind kind) {
      if (!of(kind).tryAcquire()) {
        return false;
      }
      if (!all.tryAcquire()) {
        of(kind).release();
        return false;
      }
      return true;
    }

    void acquire(Kind kind) {
      of(kind).acquireUninterruptibly();
      all.acquireUninterruptibly();
    }

    void release(Kind kind) {
      all.release();
      of(kind).release();
    }
  }

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
    return busy.containsKey(campaignId);
  }

  /** Returns whether a task of a campaign may start, as far as not its kind decides. */
  boolean takes(UUID campaignId) {
    return busy.size() < MOST
        && !backoff.lasts()
        && !faults.waiting(campaignId)
        && !busy.containsKey(campaignId);
  }

  /** Starts a task unless the campaign has one or backs off; returns whether it was started. */
  boolean start(UUID campaignId, Wanted wanted, Task task) {
    return start(Kind.OTHER, campaignId, wanted, task);
  }

  /** Starts a task unless the campaign has one or backs off, or too many of its kind run. */
  boolean start(Kind kind, UUID campaignId, Wanted wanted, Task task) {
    boolean suspect = faults.suspect(campaignId);
    // Suspects do not queue for their few connections, because they would fill the queue; they get
    // one before they start.
    if (!takes(campaignId)
        || Collections.frequency(busy.values(), kind) >= kind.most
        || (suspect && !suspectsPlaces.tryAcquire(kind))) {
      return false;
    }
    Started started = new Started(kind, campaignId, wanted, task);
    busy.put(campaignId, kind);
    executor.execute(() -> {
      if (!suspect) {
        places.acquire(kind);
      }
      finished.add(run(started, suspect ? suspectsPlaces : places));
    });
    return true;
  }

  // An Error is the campaign's fault too, for example a page too large for memory.
  private Finished run(Started started, Places taken) {
    Instant begun = clock.instant();
    try {
      Runnable outcome = started.task().run();
      return new Finished(started, since(begun), outcome, null);
    } catch (Throwable e) {
      Failure failure = new Failure(DatabaseFault.of(e, rehearsal), DatabaseFault.reason(e));
      return new Finished(started, since(begun), null, failure);
    } finally {
      taken.release(started.kind());
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
