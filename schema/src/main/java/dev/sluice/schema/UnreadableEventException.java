package dev.sluice.schema;

import java.util.Objects;

/**
 * Thrown if a record's bytes are not the expected event; its message is the dead letter's reason.
 */
public final class UnreadableEventException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UnreadableEventException(String reason) {
    super(reason);
  }

  public UnreadableEventException(String reason, Throwable cause) {
    super(reason, cause);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
