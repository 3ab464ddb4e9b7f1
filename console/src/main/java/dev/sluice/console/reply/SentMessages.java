package dev.sluice.console.reply;

import dev.sluice.schema.SendResult;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recipients of the newest messages. Their rows get the messages' ids some seconds later, and a
 * button may be pressed before. It knows only what was sent since the console started; for the rest
 * {@link Answered} looks for the person.
 */
public final class SentMessages {
  /** More than are sent before their rows are written. */
  static final int MOST = 20_000;

  private final Map<String, Long> recipients =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  /** Adds the message of a result. */
  public synchronized void add(SendResult result) {
    String message = result.providerMessageId();
    if (message != null) {
      recipients.put(message, result.recipientId());
    }
  }

  /** Returns the row's id of a message's recipient; null if it is not known. */
  synchronized @Nullable Long recipientOf(String message) {
    return recipients.get(message);
  }
}
