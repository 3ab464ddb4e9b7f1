package dev.sluice.runtime;

import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Checks every few seconds whether a dependency of a service can be reached. */
public final class Probe implements AutoCloseable {
  private static final Duration EVERY = Duration.ofSeconds(3);

  private final Thread loop;

  private Probe(String component, String address, Callable<?> question, Health health) {
    loop =
        Thread.ofVirtual()
            .name("probe-" + component)
            .start(() -> {
              while (!Thread.currentThread().isInterrupted()) {
                ask(component, address, question, health);
                try {
                  Thread.sleep(EVERY);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
  }

  private static void ask(String component, String address, Callable<?> question, Health health) {
    try {
      question.call();
      health.working(component);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
   * @param component the dependency's name in health
   * @param address its address
   * @param question fails if it cannot be reached
   */
  public static Probe start(String component, String address, Callable<?> question, Health health) {
    return new Probe(component, address, question, health);
  }

  @Override
  public void close() {
    loop.interrupt();
  }
}
