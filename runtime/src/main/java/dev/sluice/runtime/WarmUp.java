package dev.sluice.runtime;

import dev.sluice.schema.Reasons;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a service's usual work once, without side effects, before the service reports ready. It
 * opens connections and loads classes; without it the first campaign would start a second late and
 * unevenly.
 */
public final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private WarmUp() {}

  /**
   * Runs the work in the background. A failure stops nobody and is logged once: the code that needs
   * the unreachable server reports it.
   *
   * @param name shown as starting in the service's health until the work has ended
   */
  public static void of(String name, Health health, Runnable work) {
    String component = name + " warm-up";
    health.starting(component);
    Thread.ofVirtual()
        .name(component)
        .start(() -> {
          try {
            work.run();
          } catch (RuntimeException e) {
            log.info(
                "{} failed, so that the first work will be slow: {}",
                component,
                Reasons.of(e.getCause() == null ? e : e.getCause()));
            log.debug("{} failed", component, e);
          } finally {
            health.working(component);
          }
        });
  }
}
