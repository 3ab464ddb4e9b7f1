package dev.sluice.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Closes all registered resources in reverse order. If several fail, the first failure is the cause
 * and the others are suppressed exceptions of it.
 */
public final class Closer implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  public <T extends AutoCloseable> T register(T resource) {
    opened.push(resource);
    return resource;
  }

  @Override
  public void close() {
    Exception first = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw new IllegalStateException("failed to close resources", first);
    }
  }
}
