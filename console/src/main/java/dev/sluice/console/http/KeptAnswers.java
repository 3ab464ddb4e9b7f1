package dev.sluice.console.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Responses that many clients ask for: each is made once for all who ask at the same time, and kept
 * for three seconds for those who follow. A failure is the failure of all who waited for it, and is
 * not kept.
 */
public final class KeptAnswers {
  private static final long KEPT_NANOS = Duration.ofSeconds(3).toNanos();

  /** Responses that are kept. */
  private static final int MOST = 200;

  private final LongSupplier nanoTime;

  private final Map<UUID, FutureTask<Answer>> answers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, FutureTask<Answer>> eldest) {
          return size() > MOST;
        }
      };

  private record Answer(@SuppressWarnings("ArrayRecordComponent") byte[] body, long atNanos) {}

  public KeptAnswers() {
    this(System::nanoTime);
  }

  KeptAnswers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Returns the response about a thing; makes it unless a fresh one is kept. */
  public byte[] of(UUID thing, Supplier<byte[]> make) {
    FutureTask<Answer> answer = freshOrNew(thing, make);
    answer.run();
    return Bulkhead.answer(answer).body();
  }

  private synchronized FutureTask<Answer> freshOrNew(UUID thing, Supplier<byte[]> make) {
    FutureTask<Answer> known = answers.get(thing);
    if (known != null && isFresh(known)) {
      return known;
    }
    FutureTask<Answer> made = new FutureTask<>(() -> new Answer(make.get(), nanoTime.getAsLong()));
    answers.remove(thing);
    answers.put(thing, made);
    return made;
  }

  private boolean isFresh(Future<Answer> known) {
    return switch (known.state()) {
      case RUNNING -> true;
      case SUCCESS -> nanoTime.getAsLong() - known.resultNow().atNanos() < KEPT_NANOS;
      case FAILED, CANCELLED -> false;
    };
  }
}
