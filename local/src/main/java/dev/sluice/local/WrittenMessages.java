package dev.sluice.local;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * When workers wrote the messages of each number, and when these arrived, whether or not they were
 * accepted. It knows only those of workers that say when they write ({@code SLUICE_WRITE_TIMES}).
 * Times are those of the machine's clock, µs since 1970.
 */
public final class WrittenMessages {
  static final String HEADER = "Sluice-Written";

  private final Map<String, Log> logs = new ConcurrentHashMap<>();

  private record Log(MomentLog written, MomentLog arrived) {}

  WrittenMessages() {}

  /** Records a message that arrives now, if its header says when it was written. */
  void add(String numberId, @Nullable String written) {
    if (written == null || !written.matches("\\d{1,18}")) {
      return;
    }
    Log log = logs.computeIfAbsent(numberId, _ -> new Log(new MomentLog(), new MomentLog()));
    log.arrived().add(Moments.now());
    log.written().add(Long.parseLong(written));
  }

  void clear() {
    logs.clear();
  }

  /** Returns when the given number's messages were written. */
  public Moments written(String numberId) {
    Log log = logs.get(numberId);
    return log == null ? Moments.of(LongStream.empty()) : log.written().moments();
  }

  /** Returns when the given number's messages arrived. */
  public Moments arrived(String numberId) {
    Log log = logs.get(numberId);
    return log == null ? Moments.of(LongStream.empty()) : log.arrived().moments();
  }
}
