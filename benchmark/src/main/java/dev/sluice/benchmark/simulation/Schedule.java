package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The run that a seed determines: a fleet, its campaigns, and faults.
 *
 * @param seed also determines latencies and responses
 * @param workers how many run at first
 * @param partitions partitions of the requests' topic
 * @param mostRecipients the most that a campaign has
 * @param faults in order of time
 */
record Schedule(long seed, int workers, int partitions, int mostRecipients, List<Fault> faults) {
  /** Faults begin, and campaigns run, within this time. */
  static final Duration ACTIVE = Duration.ofSeconds(8);

  /** The most recipients of a campaign, unless a schedule has fewer. */
  static final int RECIPIENTS = 80;

  private static final int MOST_FAULTS = 6;

  /** The kinds of faults, and of actions by an operator. */
  enum Kind {
    /** A worker is killed and restarted. */
    KILL,
    /** A worker is frozen and then comes back as a zombie. */
    FREEZE,
    /** A worker is stopped in an orderly way and restarted. */
    STOP,
    /** Another worker joins and later leaves. */
    JOIN,
    /** A partition is moved to another worker. */
    MOVE,
    /** Some calls to the broker end in timeouts. */
    LOSE,
    /** A wall clock jumps. */
    LEAP,
    /** The provider behaves differently. */
    PROVIDER,
    PAUSE,
    CANCEL,
    RESEND,
    /** Some transactions are refused, as if the group had gone on without the worker. */
    REFUSE,
    /** Some commits are not answered, so that it is unknown whether they took place. */
    UNKNOWN,
    /** The database is away, or breaks connections after a commit. */
    DATABASE,
    /** A producer is killed and restarted. */
    KILL_PRODUCER,
    /** A producer is frozen and then comes back as a zombie. */
    FREEZE_PRODUCER,
    /** An aggregator is killed and restarted. */
    KILL_AGGREGATOR,
    /** An aggregator is frozen and then comes back as a zombie. */
    FREEZE_AGGREGATOR,
    /** The task of the producers or of the aggregators is moved to another process. */
    MOVE_TASK
  }

  /**
   * One fault.
   *
   * @param atNanos when it begins, ns
   * @param forNanos how long it lasts, ns
   * @param target selects a process, partition or campaign
   */
  record Fault(Kind kind, long atNanos, long forNanos, int target) {
    @Override
    public String toString() {
      return "%s at %.3f s for %.3f s (%d)".formatted(kind, atNanos / 1e9, forNanos / 1e9, target);
    }
  }

  /** Returns the schedule of a seed. */
  static Schedule of(long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Fault> faults = new ArrayList<>();
    int count = random.nextInt(MOST_FAULTS + 1);
    for (int i = 0; i < count; i++) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      // Mostly short; some faults outlast every timeout.
      long longest = random.nextInt(2) == 0 ? 12_000 : 2_000;
      faults.add(
          new Fault(
              kind,
              random.nextLong(ACTIVE.toNanos()),
              Duration.ofMillis(random.nextLong(1, longest)).toNanos(),
              random.nextInt(1_000)));
    }
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return new Schedule(
        seed, random.nextInt(1, 4), random.nextInt(1, 4), RECIPIENTS, List.copyOf(faults));
  }

  /** Returns when all faults are over, ns. */
  long endNanos() {
    return faults.stream()
        .mapToLong(fault -> fault.atNanos() + fault.forNanos())
        .reduce(ACTIVE.toNanos(), Math::max);
  }

  /** Returns schedules that are simpler in one respect, the simplest first. */
  Stream<Schedule> simpler() {
    Stream<Schedule> ofFewer =
        Stream.of(
                with(workers - 1, partitions, mostRecipients),
                with(workers, partitions - 1, mostRecipients),
                with(workers, partitions, mostRecipients / 2))
            .filter(one -> one.workers > 0 && one.partitions > 0 && one.mostRecipients > 0);
    return Stream.concat(faults.stream().map(this::without), ofFewer);
  }

  private Schedule with(int newWorkers, int newPartitions, int newMostRecipients) {
    return new Schedule(seed, newWorkers, newPartitions, newMostRecipients, faults);
  }

  private Schedule without(Fault fault) {
    List<Fault> fewer = new ArrayList<>(faults);
    fewer.remove(fault);
    return new Schedule(seed, workers, partitions, mostRecipients, List.copyOf(fewer));
  }

  /** Returns it as a test has it. */
  String code() {
    return faults.stream()
        .map(fault ->
            "new Fault(Kind.%s, %dL, %dL, %d)"
                .formatted(fault.kind(), fault.atNanos(), fault.forNanos(), fault.target()))
        .collect(
            Collectors.joining(
                ", ",
                "new Schedule(%dL, %d, %d, %d, List.of("
                    .formatted(seed, workers, partitions, mostRecipients),
                "))"));
  }
}
