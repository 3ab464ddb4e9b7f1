package dev.sluice.local;

import java.net.URI;
import java.time.Duration;

/**
 * How the simulated provider sends receipts.
 *
 * @param url the webhook to call
 * @param appSecret the secret that signs the calls
 * @param delay how long after acceptance a message's last receipt comes, at most
 * @param batch the most receipts in one call
 * @param duplicates the share of receipts that are sent twice
 * @param shuffled whether receipts come in random order
 * @param read the share of messages that are read, not only delivered
 * @param replied the share of messages that are answered, by a button or a text
 */
public record ReceiptConfig(
    URI url,
    String appSecret,
    Duration delay,
    int batch,
    double duplicates,
    boolean shuffled,
    double read,
    double replied) {

  public ReceiptConfig {
    if (batch < 1 || batch > 1000) {
      throw new IllegalArgumentException("between 1 and 1000 receipts go into a call");
    }
  }

  /**
   * Returns a configuration for receipts in order, within 500 ms, in batches of 50, half of them
   * read and none answered.
   */
  public static ReceiptConfig to(URI url, String appSecret) {
    return new ReceiptConfig(url, appSecret, Duration.ofMillis(500), 50, 0, false, 0.5, 0);
  }

  /** Returns the same with all receipts of a message within this time. */
  public ReceiptConfig within(Duration newDelay) {
    return new ReceiptConfig(url, appSecret, newDelay, batch, duplicates, shuffled, read, replied);
  }

  /** Returns the same with this share of messages answered. */
  public ReceiptConfig withReplies(double newReplied) {
    return new ReceiptConfig(url, appSecret, delay, batch, duplicates, shuffled, read, newReplied);
  }
}
