package dev.sluice.local;

import java.net.URI;
import java.time.Duration;

/**
 * How the simulated provider reports what became of messages.
 *
 * @param url the webhook that it calls
 * @param appSecret signs the calls
 * @param delay how long after acceptance the last receipt of a message comes, at most
 * @param batch receipts in one call, at most
 * @param duplicates share of receipts that come twice
 * @param shuffled whether receipts come in any order
 * @param read share of messages that are read, not only delivered
 */
public record ReceiptConfig(
    URI url,
    String appSecret,
    Duration delay,
    int batch,
    double duplicates,
    boolean shuffled,
    double read) {

  public ReceiptConfig {
    if (batch < 1 || batch > 1000) {
      throw new IllegalArgumentException("between 1 and 1000 receipts go into a call");
    }
  }

  /** In order, at once, in batches of 50, half of them read. */
  public static ReceiptConfig to(URI url, String appSecret) {
    return new ReceiptConfig(url, appSecret, Duration.ofMillis(500), 50, 0, false, 0.5);
  }

  /** The same, all of a message within this time. */
  public ReceiptConfig within(Duration newDelay) {
    return new ReceiptConfig(url, appSecret, newDelay, batch, duplicates, shuffled, read);
  }
}
