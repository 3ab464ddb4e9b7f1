package dev.sluice.runtime;

import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Checks every 3 s whether a dependency of a service can be reached. */
public final class Probe implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(3);

  private final Loop loop;

  private Probe(String component, String address, Callable<?> question, Health health) {
    loop =
        Loop.start(
            "probe of " + component,
            () -> {
              ask(component, address, question, health);
              return EVERY;
            });
  }

  private static void ask(String component, String address, Callable<?> question, Health health)
      throws InterruptedException {
    try {
      question.call();
      health.working(component);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      if (!Thread.currentThread().isInterrupted()) {
        health.failing(
            component,
            Reasons.loginRefused(e)
                ? address + " lets nobody in with this role and password: " + Reasons.of(e)
                : "no answer from " + address + ": " + Reasons.of(e));
      }
    }
  }

  /**
   * Starts the checks.
   *
   * @param component the dependency's name in the health report
   * @param address its address
   * @param question throws if the dependency cannot be reached
   */
  public static Probe start(String component, String address, Callable<?> question, Health health) {
    return new Probe(component, address, question, health);
  }

  @Override
  public void close() {
    loop.close();
  }
}
