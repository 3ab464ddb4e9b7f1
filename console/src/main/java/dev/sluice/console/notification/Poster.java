package dev.sluice.console.notification;

import dev.sluice.providers.http.Endpoint;
import dev.sluice.providers.http.HttpCalls;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Reasons;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Posts an event once, with the headers of Standard Webhooks. */
final class Poster implements AutoCloseable {
  private static final Duration CONNECTED_WITHIN = Duration.ofSeconds(5);
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(15);

  /** Timeout, too early, too many. */
  private static final Set<Integer> LATER = Set.of(408, 425, 429);

  private final Destination destination;
  private final Ticker ticker;
  private final HttpCalls calls;

  Poster(Destination destination, Ticker ticker) {
    this.destination = destination;
    this.ticker = ticker;
    calls =
        new HttpCalls(
            new Endpoint(
                destination.url(),
                destination.caFile().orElse(null),
                CONNECTED_WITHIN,
                ANSWERED_WITHIN,
                1,
                false));
  }

  Outcome post(Notification notification) {
    long timestamp = ticker.now().getEpochSecond();
    String signature =
        destination.signature().of(notification.id(), timestamp, notification.body());
    try {
      return judge(
          calls.post(
              destination.url(),
              Map.of(
                  "webhook-id", notification.id(),
                  "webhook-timestamp", Long.toString(timestamp),
                  "webhook-signature", signature),
              notification.body().getBytes(StandardCharsets.UTF_8)));
    } catch (IOException | RuntimeException e) {
      return new Outcome.Away(Reasons.of(e), null);
    }
  }

  /** A redirect is not followed: whoever gets what is signed is whom the operator has named. */
  private static Outcome judge(HttpCalls.Answer answer) {
    if (answer.success()) {
      return new Outcome.Taken();
    }
    String reason = "HTTP " + answer.status();
    return answer.status() >= 500 || LATER.contains(answer.status())
        ? new Outcome.Away(reason, answer.retryAfter())
        : new Outcome.Refused(reason);
  }

  @Override
  public void close() {
    calls.close();
  }
}
