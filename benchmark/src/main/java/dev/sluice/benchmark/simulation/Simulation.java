package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One run of a schedule: campaigns and faults are planned, then event follows event, each followed
 * by the checks of the invariants, until everything is settled.
 */
final class Simulation {
  /** The time by which every recipient must be settled. */
  private static final Duration PATIENCE = Duration.ofMinutes(15);

  private final Schedule schedule;
  private final World world;
  private final Kernel kernel;
  private final Fleet fleet;
  private final CommittedWindows windows;
  private int writtenVersion = -1;
  private int writtenResults = -1;
  private boolean allWritten;

  /**
   * The figures of a run.
   *
   * @param steps events
   * @param launched messages
   * @param seconds simulated time, s
   */
  record Outcome(long steps, int launched, double seconds) {}

  Simulation(Schedule schedule, @Nullable Consumer<String> trace) {
    this.schedule = schedule;
    world = World.of(schedule, trace);
    kernel = world.kernel();
    windows = new CommittedWindows(world.broker(), world.requests(), world.truth());
    kernel.afterEachStep(this::check);
    fleet = new Fleet(kernel, new Services(world));
  }

  private void check() {
    world.truth().readControls();
    windows.check();
    world.truth().requireWrittenOnce();
    world.truth().requireBoundedBacklog();
  }

  /** Runs it to its end. */
  Outcome run() {
    try {
      fleet.start(schedule.workers());
      new Campaigns(world).plan(schedule);
      new Faults(world, fleet).plan(schedule);
      long endNanos = schedule.endNanos();
      while (kernel.nowNanos() < endNanos || !settled()) {
        requirePatience();
        kernel.step();
      }
      world.truth().requireHonest(world.tables());
      return new Outcome(kernel.steps(), world.truth().launched(), kernel.nowNanos() / 1e9);
    } finally {
      fleet.kill();
    }
  }

  private void requirePatience() {
    if (kernel.nowNanos() > PATIENCE.toNanos()) {
      throw new Violation(
          "not settled: "
              + world.tables()
              + "unwritten "
              + world.truth().unwritten(world.tables())
              + ", unannounced "
              + unannounced()
              + ", returned "
              + returned().approximateNumEntries()
              + ", windows "
              + world.requests().stream()
                  .map(
                      one -> world.broker().committed(one) + " of " + world.broker().log(one).end())
                  .toList());
    }
  }

  /**
   * Returns whether every campaign has ended, as was announced, every window is empty, every result
   * written, and nothing that was returned is left to be written again.
   */
  private boolean settled() {
    return world.tables().ended()
        && world.requests().stream().allMatch(this::isEmpty)
        && everyResultIsWritten()
        && unannounced().isEmpty()
        && returned().approximateNumEntries() == 0;
  }

  /** Returns what the next producer would find of requests that were returned. */
  private ChangelogStore returned() {
    String store = Application.RETURNS;
    TopicPartition changelog = new TopicPartition(ChangelogStore.changelog(store), 0);
    return new ChangelogStore(store, world.broker().log(changelog));
  }

  /** Returns whether all requests of a partition are done. */
  private boolean isEmpty(TopicPartition partition) {
    OffsetAndMetadata committed = world.broker().committed(partition);
    return committed != null
        && committed.offset() == world.broker().log(partition).end()
        && committed.metadata().equals("v1");
  }

  private boolean everyResultIsWritten() {
    if (writtenVersion != world.tables().version() || writtenResults != world.truth().results()) {
      writtenVersion = world.tables().version();
      writtenResults = world.truth().results();
      allWritten = world.truth().unwritten(world.tables()) == null;
    }
    return allWritten;
  }

  /** Returns the campaigns whose end upstream was not told of. */
  private List<UUID> unannounced() {
    return world.tables().ids().stream()
        .filter(id -> !world.truth().isAnnounced(id, world.tables().end(id)))
        .toList();
  }
}
