package dev.sluice.local;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the simulated provider behaves.
 *
 * @param listener where and how it listens
 * @param ratePerSecond messages/s that it accepts from one number; the rest is answered with code
 *     130429
 * @param medianLatency the median response time
 * @param slowLatency the 99th percentile and the maximum of the response time
 * @param errorShare share of messages answered HTTP 500, code 131000, not accepted
 * @param hangShare share of messages that are accepted and never answered
 * @param hang how long such a connection is held before it is dropped
 * @param seed makes the random choices repeatable
 * @param accessToken the only valid bearer token, or null for any
 * @param pairLimit whether a user may get only one message every 6 s, with bursts of 45
 * @param refusals numbers whose messages are refused
 * @param troubles senders whose messages are accepted but answered wrongly
 * @param receipts how it sends receipts, or null for none
 */
public record SimulatorConfig(
    ListenerConfig listener,
    double ratePerSecond,
    Duration medianLatency,
    Duration slowLatency,
    double errorShare,
    double hangShare,
    Duration hang,
    long seed,
    @Nullable String accessToken,
    boolean pairLimit,
    List<Refusal> refusals,
    List<Trouble> troubles,
    @Nullable ReceiptConfig receipts) {

  /** A number's default throughput at WhatsApp, messages/s. */
  public static final double DEFAULT_RATE = 80;

  public SimulatorConfig {
    if (!(ratePerSecond > 0)) {
      throw new IllegalArgumentException("the simulator's rate must be above 0");
    }
    if (slowLatency.compareTo(medianLatency) < 0) {
      throw new IllegalArgumentException("the slow latency is below the median");
    }
    requireShare("error share", errorShare);
    requireShare("hang share", hangShare);
    refusals = List.copyOf(refusals);
    troubles = List.copyOf(troubles);
  }

  /** Returns a provider without faults at the given rate, messages/s. */
  public static SimulatorConfig friendly(double ratePerSecond) {
    return new SimulatorConfig(
        ListenerConfig.DEFAULT,
        ratePerSecond,
        Duration.ofMillis(100),
        Duration.ofMillis(400),
        0,
        0,
        Duration.ofSeconds(60),
        1,
        null,
        false,
        List.of(),
        List.of(),
        null);
  }

  /** Returns the same on another port. */
  public SimulatorConfig at(int newPort) {
    return with(listener.at(newPort));
  }

  /** Returns the same over TLS. */
  public SimulatorConfig withTls(SelfSignedCertificate certificate) {
    return with(listener.with(certificate));
  }

  /** Returns the same with this idle timeout of connections. */
  public SimulatorConfig withIdleTimeout(Duration idleTimeout) {
    return with(listener.with(idleTimeout));
  }

  SimulatorConfig with(ListenerConfig newListener) {
    return new SimulatorConfig(
        newListener,
        ratePerSecond,
        medianLatency,
        slowLatency,
        errorShare,
        hangShare,
        hang,
        seed,
        accessToken,
        pairLimit,
        refusals,
        troubles,
        receipts);
  }

  /** Returns the same with these response times. */
  public SimulatorConfig withLatency(Duration median, Duration slow) {
    return new SimulatorConfig(
        listener,
        ratePerSecond,
        median,
        slow,
        errorShare,
        hangShare,
        hang,
        seed,
        accessToken,
        pairLimit,
        refusals,
        troubles,
        receipts);
  }

  /** Returns the same with these shares of messages that fail and hang. */
  public SimulatorConfig withTrouble(double errors, double hangs, Duration newHang) {
    return new SimulatorConfig(
        listener,
        ratePerSecond,
        medianLatency,
        slowLatency,
        errors,
        hangs,
        newHang,
        seed,
        accessToken,
        pairLimit,
        refusals,
        troubles,
        receipts);
  }

  /** Returns the same with wrong responses to certain senders. */
  public SimulatorConfig withTroubles(List<Trouble> newTroubles) {
    return new SimulatorConfig(
        listener,
        ratePerSecond,
        medianLatency,
        slowLatency,
        errorShare,
        hangShare,
        hang,
        seed,
        accessToken,
        pairLimit,
        refusals,
        newTroubles,
        receipts);
  }

  /** Returns the same with receipts. */
  public SimulatorConfig withReceipts(ReceiptConfig newReceipts) {
    return new SimulatorConfig(
        listener,
        ratePerSecond,
        medianLatency,
        slowLatency,
        errorShare,
        hangShare,
        hang,
        seed,
        accessToken,
        pairLimit,
        refusals,
        troubles,
        newReceipts);
  }

  private static void requireShare(String name, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the " + name + " must be between 0 and 1");
    }
  }
}
