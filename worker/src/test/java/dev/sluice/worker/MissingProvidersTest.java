package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.WindowCodec;
import dev.sluice.worker.breaker.ProviderProbes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MissingProvidersTest {
  private final Health health = new Health();
  private final Map<String, Control> blocked = new HashMap<>();
  private final PartitionState partition = PartitionInMemory.unread();
  private long nanos;
  private final MissingProviders missing =
      new MissingProviders(Set.of("whatsapp"), health, () -> nanos);

  @Test
  void aProviderThatIsKnownHoldsNothing() {
    assertThat(missing.of(task("whatsapp"))).isEqualTo(Admission.ADMIT);
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void anUnknownOneStandsForAWhileAndBlocksNobodyDuringADeployment() {
    assertThat(missing.of(task("sms"))).isEqualTo(Admission.HOLD);
    missing.report(blocked::put);

    assertThat(blocked).isEmpty();
    assertThat(health.problems().get("provider of s")).contains("knows no provider \"sms\"");
  }

  @Test
  void afterAWhileItsSenderIsBlockedUntilAWorkerThatKnowsItAsks() {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(MissingProviders.PATIENCE) < 0;
        passed = passed.plusSeconds(1)) {
      missing.of(task("sms"));
      missing.report(blocked::put);
      assertThat(blocked).isEmpty();
      nanos += Duration.ofSeconds(1).toNanos();
    }
    missing.of(task("sms"));
    missing.report(blocked::put);

    assertThat(blocked.get("s").endsByItself()).isTrue();
    assertThat(blocked.get("s").provider()).isEqualTo("sms");
    assertThat(blocked.get("s").reason()).contains("unknown_provider", "sms");
    blocked.clear();
    missing.of(task("sms"));
    missing.report(blocked::put);
    assertThat(blocked).as("unblocked by a worker that has it, which sends for a while").isEmpty();
  }

  @Test
  void aQueueThatWouldBeInTheWayOfOthersGoesBackAndBlocksNobody() {
    SendTask task = task("sms");
    for (int i = 0; i < PartitionState.MOST_HELD; i++) {
      assertThat(missing.of(task)).isEqualTo(Admission.HOLD);
      partition.lane(task).add(task("sms"));
    }

    assertThat(missing.of(task)).isEqualTo(Admission.RETURN);
    missing.report(blocked::put);
    assertThat(blocked).isEmpty();
  }

  /** For example by four senders with a few requests each, none of which has many. */
  @Test
  void aWindowThatIsCrowdedIsNotHeldOpen() {
    for (int offset = 1; offset < 10_000; offset += 2) {
      partition.window().set(offset, WindowCodec.State.DONE);
    }

    assertThat(partition.window().crowded()).isTrue();
    assertThat(missing.of(task("sms"))).isEqualTo(Admission.RETURN);
  }

  /**
   * In a crowded window they are returned at once, and come again when the lane is no longer full.
   */
  @Test
  void requestsThatCircleBlockTheirSenderToo() {
    SendTask task = task("sms");
    for (int i = 0; i < PartitionState.MOST_HELD; i++) {
      partition.lane(task).add(task("sms"));
    }
    for (int second = 0; second < 35 && blocked.isEmpty(); second++) {
      if (second % 11 == 0) {
        assertThat(missing.of(task)).isEqualTo(Admission.RETURN);
      }
      missing.report(blocked::put);
      assertThat(health.problems()).containsKey("provider of s");
      nanos += Duration.ofSeconds(1).toNanos();
    }

    assertThat(blocked).containsOnlyKeys("s");
  }

  /** The worker without the provider owns the first lane, so that no other is responsible. */
  @Test
  void aWorkerThatHasTheProviderLetsTheSenderGoOnWhoeverOwnsItsFirstLane() {
    ProviderProbes withIt = probes(Map.of("sms", new Available()));
    ProviderProbes without = probes(Map.of());
    missing.of(task("sms"));
    nanos += MissingProviders.PATIENCE.toNanos();
    missing.of(task("sms"));
    missing.report(blocked::put);
    assertThat(blocked).containsOnlyKeys("s");

    for (int i = 0; i < 5; i++) {
      nanos += Duration.ofMillis(600).toNanos();
      without.review(blocked, sender -> true);
      withIt.review(blocked, sender -> false);
    }
    assertThat(without.poll()).isNull();
    assertThat(withIt.poll()).isEqualTo("s");
  }

  /** Nothing bounds how many senders other programs write to. */
  @Test
  void requestsOfMoreSendersThanAreWatchedGoBackAtOnce() {
    for (int i = 0; i < MissingProviders.MOST; i++) {
      assertThat(missing.of(task("s" + i, "sms"))).isEqualTo(Admission.HOLD);
    }

    assertThat(missing.of(task("one more", "sms"))).isEqualTo(Admission.RETURN);
    assertThat(missing.of(task("s0", "sms"))).isEqualTo(Admission.HOLD);
    assertThat(health.problems()).hasSize(MissingProviders.MOST);
  }

  private ProviderProbes probes(Map<String, MessageProvider> providers) {
    return new ProviderProbes(providers, new Health(), () -> nanos, Runnable::run);
  }

  private static final class Available implements MessageProvider {
    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      throw new IllegalStateException("nothing is sent");
    }

    @Override
    public boolean available() {
      return true;
    }

    @Override
    public void close() {}
  }

  @Test
  void itIsForgottenWhenNothingOfItWaitsHereAnyMore() {
    missing.of(task("sms"));
    nanos += Duration.ofSeconds(21).toNanos();
    missing.report(blocked::put);

    assertThat(blocked).as("nothing waits").isEmpty();
    assertThat(health.problems()).isEmpty();
  }

  private SendTask task(String provider) {
    return task("s", provider);
  }

  private SendTask task(String sender, String provider) {
    return new SendTask(
        partition, 0, Requests.of(new SendRequest.Sender(sender, provider, "1"), 80, 1), -1, 0);
  }
}
