package dev.sluice.runtime;

import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Asks every few seconds whether something that a service needs can be reached. */
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
   * Starts to ask.
   *
   * @param component what is asked for, as health names it
   * @param address where it is
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
