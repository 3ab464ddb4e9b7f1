package dev.sluice.console;

import dev.sluice.console.notification.Destination;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where campaigns' events are posted.
 *
 * @param url the receiver's address
 * @param secrets what it checks signatures with: {@code whsec_} and base64; several, separated by
 *     spaces, while it changes over
 * @param caFile a PEM file of the certificates to trust instead of Java's
 * @param plain whether the receiver may be another machine without TLS
 * @param events the kinds of events to post
 */
public record WebhookOutConfig(
    URI url, String secrets, Optional<Path> caFile, boolean plain, List<String> events) {

  /** The end of a campaign, and faults that stop it until somebody mends them. */
  public static final String DEFAULT_EVENTS = "completed,fault";

  public WebhookOutConfig {
    events = List.copyOf(events);
    Destination.of(url, secrets, caFile, plain, events);
  }

  /** Returns one with the default events. */
  public static WebhookOutConfig of(URI url, String secrets) {
    return new WebhookOutConfig(
        url, secrets, Optional.empty(), false, List.of(DEFAULT_EVENTS.split(",", -1)));
  }

  Destination destination() {
    return Destination.of(url, secrets, caFile, plain, events);
  }

  @Override
  public String toString() {
    return "WebhookOutConfig[" + destination() + "]";
  }
}
