package dev.sluice.benchmark.simulation;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.TimeoutException;

/** The network between a process and the broker, which delays calls and sometimes loses them. */
final class Network {
  private static final Duration LEAST = Duration.ofNanos(200_000);
  private static final Duration MOST = Duration.ofMillis(3);

  private final Kernel kernel;
  private double loss;
  private double lossOfCommits;

  Network(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Sets the share of calls that end in a timeout. */
  void lose(double share) {
    loss = share;
  }

  /** Sets the share of commits that end in a timeout, so that their end is unknown. */
  void loseCommits(double share) {
    lossOfCommits = share;
  }

  void delay(SimProcess process) {
    process.sleep(latency());
  }

  private long latency() {
    return kernel.between(LEAST, MOST);
  }

  /** Runs something when a message would arrive. */
  void deliver(Runnable arrival) {
    kernel.at(kernel.nowNanos() + latency(), arrival);
  }

  /** Calls the broker to commit. */
  <T> T commit(SimProcess process, Supplier<T> effect) {
    return call(process, effect, Math.max(loss, lossOfCommits));
  }

  /** Calls the broker. A lost call may have its effect, have it later, or never have it. */
  <T> T call(SimProcess process, Supplier<T> effect) {
    return call(process, effect, loss);
  }

  private <T> T call(SimProcess process, Supplier<T> effect, double lost) {
    long there = latency();
    if (lost > 0 && kernel.chance(lost)) {
      long atNanos = kernel.nowNanos() + there;
      switch (kernel.random().nextInt(3)) {
        case 0 -> kernel.trace(() -> process.name() + "'s call is lost");
        case 1 -> kernel.at(atNanos, () -> unanswered(process, effect));
        default ->
            kernel.at(
                atNanos + kernel.between(Duration.ZERO, Duration.ofSeconds(12)),
                () -> unanswered(process, effect));
      }
      process.sleep(kernel.between(Duration.ofMillis(50), Duration.ofSeconds(8)));
      throw new TimeoutException("no answer from the broker");
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    kernel.at(kernel.nowNanos() + there, () -> answer(effect, answer));
    process.sleep(there + latency());
    if (answer.state() == Future.State.FAILED
        && answer.exceptionNow() instanceof RuntimeException refusal) {
      throw refusal;
    }
    return answer.resultNow();
  }

  private static <T> void answer(Supplier<T> effect, CompletableFuture<T> answer) {
    try {
      answer.complete(effect.get());
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  private void unanswered(SimProcess process, Supplier<?> effect) {
    kernel.trace(() -> process.name() + "'s call arrives, but is not answered");
    try {
      var _ = effect.get();
    } catch (RuntimeException e) {
      // The client has given up, and the broker rightly refuses the call.
    }
  }
}
