package dev.sluice.demo;

import dev.sluice.runtime.Health;
import java.util.List;

/** A role of which a test can have everything done that needs a right. */
interface RoleOnTrial {
  /** Returns its name in docs/security.md. */
  String name();

  /**
   * Gives it work that needs each of its rights, and starts it.
   *
   * @param missing the right that it does not have
   */
  AutoCloseable start(Health health, KafkaRight missing) throws Exception;

  /** Asks it for the work that needs callers; returns what it says to them when it refuses. */
  default List<String> answers() throws Exception {
    return List.of();
  }
}
