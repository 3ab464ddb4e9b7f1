package dev.sluice.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.sluice.local.TestLoggers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one console logs, while others log to the same loggers: it is told by its threads, which are
 * those that its start has started, and those that these start.
 */
public final class OwnLog {
  private static final ThreadLocal<@Nullable OwnLog> OF_THREAD = new InheritableThreadLocal<>();

  private final List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();

  /** Runs work that logs here, as do the threads that it starts. */
  public <T> T of(Supplier<T> work) {
    OF_THREAD.set(this);
    try {
      return work.get();
    } finally {
      OF_THREAD.remove();
    }
  }

  /** Collects lines until it is closed. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  /** Begins anew, with what goes to this logger from that level on. */
  public Listening listen(String name, Level level) {
    Logger logger = (Logger) TestLoggers.named(name);
    Level before = logger.getLevel();
    var appender =
        new UnsynchronizedAppenderBase<ILoggingEvent>() {
          @Override
          protected void append(ILoggingEvent line) {
            if (OF_THREAD.get() == OwnLog.this) {
              lines.add(line);
            }
          }
        };
    lines.clear();
    appender.start();
    logger.setLevel(level);
    logger.addAppender(appender);
    return () -> {
      logger.detachAppender(appender);
      logger.setLevel(before);
    };
  }

  public List<ILoggingEvent> lines() {
    return List.copyOf(lines);
  }

  public List<String> texts() {
    return lines.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
