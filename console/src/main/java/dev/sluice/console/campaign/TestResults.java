package dev.sluice.console.campaign;

import dev.sluice.console.recipient.ErrorWords;
import dev.sluice.schema.SendResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The results of the newest test messages; they are stored nowhere else. */
final class TestResults {
  private static final int TESTS = 1_000;

  private final Map<UUID, Map<Long, SendResult>> byTest =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, Map<Long, SendResult>> eldest) {
          return size() > TESTS;
        }
      };

  /** Keeps a result if it ranks higher than the known one of the same message. */
  synchronized void add(SendResult result) {
    Map<Long, SendResult> known =
        byTest.computeIfAbsent(result.campaignId(), test -> new TreeMap<>());
    if (known.size() < TestSends.MOST || known.containsKey(result.recipientId())) {
      known.merge(
          result.recipientId(),
          result,
          (before, now) -> before.status().risesTo(now.status()) ? now : before);
    }
  }

  /**
   * Returns the results by the place of the number in the test, from 1; messages without an outcome
   * yet are missing.
   */
  synchronized List<Map<String, @Nullable Object>> of(UUID testId) {
    List<Map<String, @Nullable Object>> views = new ArrayList<>();
    for (SendResult result : byTest.getOrDefault(testId, Map.of()).values()) {
      Map<String, @Nullable Object> view = new LinkedHashMap<>();
      view.put("number", result.recipientId());
      view.put("status", result.status());
      view.put("errorCode", result.errorCode());
      view.put("words", result.errorCode() == null ? null : ErrorWords.of(result.errorCode()));
      view.put("detail", result.errorDetail());
      view.put("at", result.at());
      views.add(view);
    }
    return views;
  }
}
