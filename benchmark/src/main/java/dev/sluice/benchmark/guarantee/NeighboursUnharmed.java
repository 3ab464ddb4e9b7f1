package dev.sluice.benchmark.guarantee;

import dev.sluice.local.AcceptedMessages;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;

/**
 * I11: a fault of one recipient, campaign, sender, provider or record delays no other. While it
 * lasts, all others keep nearly all of their rate and do not exceed it, and each of their
 * recipients gets the message once.
 */
public final class NeighboursUnharmed implements Guarantee {
  private static final double NOTEWORTHY = 0.98;
  private static final int ONE_LANE = 1;

  private final WhatsAppSimulator simulator;
  private final List<Neighbour> neighbours;
  private final Share share;
  private final Consumer<String> story;
  private final Map<Neighbour, RateHeld> rates = new LinkedHashMap<>();
  private final Map<Neighbour, Long> acceptedBefore = new HashMap<>();

  /** The rate of each without a fault, messages/s. */
  private final Map<Neighbour, Double> usual = new HashMap<>();

  private long begunNanos;
  private Instant begun = Instant.EPOCH;

  /**
   * A campaign that the fault must not affect.
   *
   * @param campaign its campaign
   * @param address its sender's phone number id
   * @param recipients how many the campaign has
   * @param rate its sender's rate, messages/s
   */
  public record Neighbour(CampaignRun campaign, String address, int recipients, double rate) {}

  /**
   * Creates the guarantee.
   *
   * @param share what each must keep
   * @param story receives the measured rates
   */
  public NeighboursUnharmed(
      WhatsAppSimulator simulator,
      List<Neighbour> neighbours,
      Share share,
      Consumer<String> story) {
    this.simulator = simulator;
    this.neighbours = List.copyOf(neighbours);
    this.share = share;
    this.story = story;
    neighbours.forEach(one -> {
      RateHeld rate = new RateHeld(simulator, one.address(), one.rate(), ONE_LANE);
      rates.put(one, share.ofRate() ? rate : rate.onABusyMachine());
      usual.put(one, one.rate());
    });
  }

  /** Ends a time without a fault that began with {@link #begin}. */
  public void calm() {
    double seconds = seconds();
    neighbours.forEach(
        one -> usual.put(one, Math.clamp(sent(one) / seconds, 1 / seconds, one.rate())));
  }

  private double seconds() {
    return (System.nanoTime() - begunNanos) / 1e9;
  }

  private long sent(Neighbour one) {
    return simulator.accepted().count(one.address())
        - Objects.requireNonNull(acceptedBefore.get(one));
  }

  /** Starts measuring; the fault begins now, and all are sending. */
  public void begin() {
    neighbours.forEach(one -> acceptedBefore.put(one, simulator.accepted().count(one.address())));
    begunNanos = System.nanoTime();
    begun = Instant.now();
  }

  /** Measures what has been sent since the fault began, while all are still sending. */
  public void measure() {
    double whole = seconds();
    SoftAssertions shares = new SoftAssertions();
    double least = Double.MAX_VALUE;
    Neighbour slowest = neighbours.getFirst();
    double all = 0;
    double permitted = 0;
    for (Neighbour one : neighbours) {
      long sent = sent(one);
      double seconds = share.ofRate() ? whole : Math.min(whole, secondsToTheLast(one));
      double expected = Objects.requireNonNull(usual.get(one)) * seconds;
      // Tolerate one message at the edges, which would matter for a slow sender.
      shares
          .assertThat((sent + 1) / expected)
          .as(
              "what %s kept of its %.1f messages/s; each second it sent %s",
              one.address(), expected / seconds, eachSecond(one, seconds))
          .isGreaterThanOrEqualTo(share.least());
      if (sent / expected < least) {
        least = sent / expected;
        slowest = one;
      }
      all += sent / seconds;
      permitted += expected / seconds;
    }
    story.accept(
        String.format(
            Locale.ROOT,
            "  neighbours sent %.1f/s of %.0f/s in %.0f s; the slowest kept %.1f %% of its rate",
            all,
            permitted,
            whole,
            100 * least));
    if (least < NOTEWORTHY) {
      story.accept("  " + slowest.address() + " each second: " + eachSecond(slowest, whole));
    }
    shares.assertAll();
  }

  /**
   * Returns how long it has taken to send to all, or infinity while it still sends. Faults that
   * begin together take their time on a busy machine.
   */
  private double secondsToTheLast(Neighbour one) {
    AcceptedMessages accepted = simulator.accepted();
    return accepted.countOf(one.campaign().id() + ":") < one.recipients()
        ? Double.POSITIVE_INFINITY
        : Duration.between(begun, accepted.lastAt(one.address())).toMillis() / 1e3;
  }

  private List<Integer> eachSecond(Neighbour one, double seconds) {
    List<Integer> sent = new ArrayList<>();
    for (int i = 0; i < (int) seconds; i++) {
      long from = begunNanos + TimeUnit.SECONDS.toNanos(i);
      long to = from + TimeUnit.SECONDS.toNanos(1);
      sent.add(
          simulator.accepted().countSince(one.address(), from)
              - simulator.accepted().countSince(one.address(), to));
    }
    return sent;
  }

  /** Returns the progress of those that have not completed. */
  public Map<String, Map<RecipientStatus, Long>> unfinished() {
    Map<String, Map<RecipientStatus, Long>> unfinished = new HashMap<>();
    neighbours.stream()
        .filter(one -> !one.campaign().completed())
        .forEach(one ->
            unfinished.put(one.address() + " " + one.campaign().id(), one.campaign().counts()));
    return unfinished;
  }

  @Override
  public void verify() {
    rates.entrySet().stream()
        .collect(
            Collectors.toMap(one -> one.getKey().rate(), Map.Entry::getValue, RateHeld::fuller))
        .values()
        .forEach(fullest -> story.accept("  " + fullest));
    rates.values().forEach(RateHeld::verify);
    for (Neighbour one : neighbours) {
      new EverybodySettled(one.campaign()).verify();
      new NobodyInDoubt(one.campaign()).verify();
      new CountersEqualRows(one.campaign()).verify();
    }
  }
}
