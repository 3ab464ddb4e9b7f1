package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Simulation.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Runs simulations of many seeds, and explains those that break an invariant. */
public final class Simulations {
  private static final int TRACE = 40;

  private final LongAdder steps = new LongAdder();
  private final LongAdder launched = new LongAdder();
  private final LongAdder runs = new LongAdder();

  /** Creates a runner. */
  public Simulations() {}

  /**
   * Runs consecutive seeds.
   *
   * @return an explanation of the first failure found; empty if every invariant held
   */
  public Optional<String> run(long firstSeed, long schedules) {
    return LongStream.range(firstSeed, firstSeed + schedules)
        .parallel()
        .mapToObj(this::run)
        .flatMap(Optional::stream)
        .findAny();
  }

  /**
   * Runs one seed.
   *
   * @return an explanation of the failure, with a minimal set of faults that causes it; empty if
   *     there is none
   */
  public Optional<String> run(long seed) {
    return run(Schedule.of(seed));
  }

  /** Runs one schedule, like the one of a seed. */
  Optional<String> run(Schedule schedule) {
    try {
      Outcome outcome = simulate(schedule, null);
      steps.add(outcome.steps());
      launched.add(outcome.launched());
      runs.increment();
      return Optional.empty();
    } catch (Violation violation) {
      return Optional.of(explained(smallest(schedule), violation));
    }
  }

  /** Returns the number of schedules that have run without a failure. */
  public long runs() {
    return runs.sum();
  }

  /** Returns the number of messages launched. */
  public long launched() {
    return launched.sum();
  }

  /** Returns the number of events. */
  public long steps() {
    return steps.sum();
  }

  /** Simplifies a schedule as long as an invariant still breaks. */
  private static Schedule smallest(Schedule schedule) {
    return schedule
        .simpler()
        .filter(Simulations::fails)
        .findFirst()
        .map(Simulations::smallest)
        .orElse(schedule);
  }

  private static boolean fails(Schedule schedule) {
    try {
      simulate(schedule, null);
      return false;
    } catch (Violation e) {
      return true;
    }
  }

  private static String explained(Schedule schedule, Violation original) {
    Deque<String> trace = new ArrayDeque<>();
    Violation violation = original;
    try {
      simulate(
          schedule,
          event -> {
            trace.add(event);
            if (trace.size() > TRACE) {
              trace.remove();
            }
          });
    } catch (Violation e) {
      violation = e;
    }
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(schedule.seed()).append(": ").append(violation.getMessage());
    text.append("\n").append(schedule.code());
    for (String line : trace) {
      text.append("\n  ").append(line);
    }
    Throwable cause = violation.getCause();
    if (cause != null) {
      text.append("\n").append(cause);
      for (StackTraceElement frame :
          List.of(cause.getStackTrace()).subList(0, Math.min(25, cause.getStackTrace().length))) {
        text.append("\n    at ").append(frame);
      }
    }
    return text.toString();
  }

  /** Runs on a virtual thread, because it alternates with other virtual threads. */
  static Outcome simulate(Schedule schedule, @Nullable Consumer<String> trace) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            outcome.complete(new Simulation(schedule, trace).run());
          } catch (RuntimeException | Error e) {
            outcome.completeExceptionally(e);
          }
        });
    try {
      return outcome.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Violation violation) {
        throw violation;
      }
      throw e;
    }
  }
}
