package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.worker.breaker.CircuitBreakers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** The worker's meters. */
final class WorkerMeters {
  private final MeterRegistry registry;
  private final Timer transactions;

  WorkerMeters(
      MeterRegistry registry,
      Dispatcher dispatcher,
      CircuitBreakers breakers,
      StallDetector stalls) {
    this.registry = registry;
    transactions =
        Timer.builder("sluice.worker.transactions")
            .description("Transactions that record outcomes and picks")
            .publishPercentiles(0.5, 0.99)
            .register(registry);
    Gauge.builder("sluice.worker.in.flight", dispatcher, Dispatcher::inFlight)
        .description("Messages waiting for their time slot or for the provider's answer")
        .register(registry);
    Gauge.builder("sluice.worker.breakers.open", breakers, CircuitBreakers::open)
        .description("Senders held back because nothing reliable is answered")
        .register(registry);
    Gauge.builder("sluice.worker.oldest.waiting.seconds", stalls, StallDetector::longestSeconds)
        .description("How long the next message of a lane that nobody has stopped has waited")
        .register(registry);
  }

  void transaction(long nanos) {
    transactions.record(nanos, TimeUnit.NANOSECONDS);
  }

  void finished(SendOutcome outcome) {
    String kind =
        switch (outcome) {
          case SendOutcome.Accepted a -> "accepted";
          case SendOutcome.Refused r -> "refused";
          case SendOutcome.OptedOut o -> "opted_out";
          case SendOutcome.BadRequest b -> "bad_request";
          case SendOutcome.TryAgain t -> "try_again";
          case SendOutcome.Unavailable u -> "unavailable";
          case SendOutcome.PairLimited p -> "pair_limited";
          case SendOutcome.SenderBlocked b -> "sender_blocked";
          case SendOutcome.CampaignStopped s -> "campaign_stopped";
          case SendOutcome.Throttled t -> "throttled";
          case SendOutcome.NotLaunched n -> "not_launched";
          case SendOutcome.InDoubt d -> "in_doubt";
        };
    Counter.builder("sluice.worker.outcomes")
        .description("Attempts to send, by what came of them")
        .tag("outcome", kind)
        .register(registry)
        .increment();
  }
}
