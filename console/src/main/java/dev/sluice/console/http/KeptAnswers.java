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
 * Answers that many ask for: each is made once for all who ask at the same time, and kept for some
 * seconds for those who follow. A failure is the failure of all who waited for it, and is not kept.
 */
public final class KeptAnswers<T> {
  /** Answers that are kept. */
  private static final int MOST = 200;

  private final long keptNanos;
  private final LongSupplier nanoTime;

  private final Map<UUID, FutureTask<Answer<T>>> answers =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, FutureTask<Answer<T>>> eldest) {
          return size() > MOST;
        }
      };

  private record Answer<T>(T value, long atNanos) {}

  /**
   * Creates it without an answer.
   *
   * @param kept how long an answer is kept
   * @param nanoTime as {@link System#nanoTime}
   */
  public KeptAnswers(Duration kept, LongSupplier nanoTime) {
    keptNanos = kept.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Returns the answer about a thing; makes it unless a fresh one is kept. */
  public T of(UUID thing, Supplier<T> make) {
    FutureTask<Answer<T>> answer = freshOrNew(thing, make);
    answer.run();
    return Bulkhead.answer(answer).value();
  }

  private synchronized FutureTask<Answer<T>> freshOrNew(UUID thing, Supplier<T> make) {
    FutureTask<Answer<T>> known = answers.get(thing);
    if (known != null && isFresh(known)) {
      return known;
    }
    FutureTask<Answer<T>> made =
        new FutureTask<>(() -> new Answer<>(make.get(), nanoTime.getAsLong()));
    answers.remove(thing);
    answers.put(thing, made);
    return made;
  }

  private boolean isFresh(Future<Answer<T>> known) {
    return switch (known.state()) {
      case RUNNING -> true;
      case SUCCESS -> nanoTime.getAsLong() - known.resultNow().atNanos() < keptNanos;
      case FAILED, CANCELLED -> false;
    };
  }
}
