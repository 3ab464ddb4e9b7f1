package dev.sluice.local;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.SubstituteLoggerFactory;

/** Loggers for tests that listen to them. */
public final class TestLoggers {
  private TestLoggers() {}

  /**
   * Returns a logger of the library that writes the log. While one thread initializes SLF4J, it
   * gives others stand-ins, which nobody can listen to.
   */
  public static Logger named(String name) {
    while (LoggerFactory.getILoggerFactory() instanceof SubstituteLoggerFactory) {
      Thread.onSpinWait();
    }
    return LoggerFactory.getLogger(name);
  }

  /** Returns the logger of a class. */
  public static Logger of(Class<?> type) {
    return named(type.getName());
  }
}
