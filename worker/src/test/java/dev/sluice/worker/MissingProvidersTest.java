package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class MissingProvidersTest {
  private final Health health = new Health();
  private final Map<String, Control> blocked = new HashMap<>();
  private final PartitionState partition =
      new PartitionState(
          new TopicPartition("send-requests", 0),
          new OffsetWindow(0, List.of()),
          new OffsetAndMetadata(0),
          Machine.REAL);
  private long nanos;
  private final MissingProviders missing =
      new MissingProviders(Set.of("whatsapp"), health, () -> nanos);

  @Test
  void aProviderThatIsKnownHoldsNothing() {
    assertThat(missing.holds(task("whatsapp"))).isFalse();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void anUnknownOneStandsForAWhileAndBlocksNobodyDuringADeployment() {
    assertThat(missing.holds(task("sms"))).isTrue();
    missing.report(blocked::put);

    assertThat(blocked).isEmpty();
    assertThat(health.problems().get("provider of s")).contains("knows no provider \"sms\"");
  }

  @Test
  void afterAWhileItsSenderIsBlockedUntilAWorkerThatKnowsItAsks() {
    for (Duration passed = Duration.ZERO;
        passed.compareTo(MissingProviders.PATIENCE) < 0;
        passed = passed.plusSeconds(1)) {
      missing.holds(task("sms"));
      missing.report(blocked::put);
      assertThat(blocked).isEmpty();
      nanos += Duration.ofSeconds(1).toNanos();
    }
    missing.holds(task("sms"));
    missing.report(blocked::put);

    assertThat(blocked.get("s").endsByItself()).isTrue();
    assertThat(blocked.get("s").provider()).isEqualTo("sms");
    assertThat(blocked.get("s").reason()).contains("unknown_provider", "sms");
  }

  @Test
  void aQueueThatWouldBeInTheWayOfOthersIsNotWaitedFor() {
    SendTask task = task("sms");
    for (int i = 0; i < AdmissionControl.MOST_HELD; i++) {
      partition.lane(task).add(task("sms"));
    }
    missing.holds(task);
    missing.report(blocked::put);

    assertThat(blocked).containsOnlyKeys("s");
  }

  @Test
  void itIsForgottenWhenNothingOfItWaitsHereAnyMore() {
    missing.holds(task("sms"));
    nanos += Duration.ofSeconds(3).toNanos();
    missing.report(blocked::put);

    assertThat(health.problems()).isEmpty();
  }

  private SendTask task(String provider) {
    return new SendTask(
        partition,
        0,
        new SendRequest(
            1,
            new UUID(0, 1),
            1,
            new SendRequest.Sender("s", provider, "1"),
            0,
            80,
            "+5511960000000",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null));
  }
}
