package dev.sluice.schema;

import java.util.Objects;

/** A record's bytes are not the event they should be; its message is the dead letter's reason. */
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
