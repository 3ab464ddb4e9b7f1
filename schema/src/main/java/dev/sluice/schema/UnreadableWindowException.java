package dev.sluice.schema;

import java.util.Objects;

/** Thrown if an offset's metadata is not a window that this version can read. */
public final class UnreadableWindowException extends Exception {
  private static final long serialVersionUID = 1;

  public UnreadableWindowException(String reason) {
    super(reason);
  }

  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
