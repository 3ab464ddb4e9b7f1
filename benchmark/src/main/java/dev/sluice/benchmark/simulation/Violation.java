package dev.sluice.benchmark.simulation;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if an invariant does not hold. It is an error, so that no code under test catches it as a
 * failure of its own.
 */
final class Violation extends Error {
  private static final long serialVersionUID = 1;

  Violation(String message) {
    this(message, null);
  }

  Violation(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
