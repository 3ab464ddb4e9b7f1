package dev.sluice.benchmark.simulation;

import org.jspecify.annotations.Nullable;

/**
 * An invariant does not hold. An error, so that no code under test takes it for a failure of its
 * own.
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
