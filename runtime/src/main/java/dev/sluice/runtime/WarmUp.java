package dev.sluice.runtime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a service's usual work once, harmlessly, before it calls itself ready: connections are open
 * and classes loaded when the first campaign starts, which otherwise would begin a second late and
 * unevenly.
 */
public final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private WarmUp() {}

  /**
   * Runs the work in the background. A failure is ignored here: unreachable servers are reported by
   * the code that needs them.
   *
   * @param name shown as starting in the service's health until it is done
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
            log.debug("{} failed", component, e);
          } finally {
            health.working(component);
          }
        });
  }
}
