package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;

/** The network between a process and the broker, which delays calls and sometimes loses them. */
final class Network {
  private static final Duration LEAST = Duration.ofNanos(200_000);
  private static final Duration MOST = Duration.ofMillis(3);

  private final Kernel kernel;
  private double loss;

  Network(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Sets the share of calls that end in a timeout. */
  void lose(double share) {
    loss = share;
  }

  void delay(SimProcess process) {
    process.sleep(kernel.between(LEAST, MOST));
  }

  /** Calls the broker. A lost call may have its effect, have it later, or never have it. */
  <T> T call(SimProcess process, Supplier<T> effect) {
    delay(process);
    if (loss > 0 && kernel.chance(loss)) {
      switch (kernel.random().nextInt(3)) {
        case 0 -> {}
        case 1 -> unanswered(effect);
        default ->
            kernel.at(
                kernel.nowNanos() + kernel.between(Duration.ZERO, Duration.ofSeconds(12)),
                () -> unanswered(effect));
      }
      process.sleep(kernel.between(Duration.ofMillis(50), Duration.ofSeconds(8)));
      throw new TimeoutException("no answer from the broker");
    }
    T result = effect.get();
    delay(process);
    return result;
  }

  private static void unanswered(Supplier<?> effect) {
    try {
      var _ = effect.get();
    } catch (RuntimeException e) {
      // The client has given up, and the broker rightly refuses the call.
    }
  }
}
