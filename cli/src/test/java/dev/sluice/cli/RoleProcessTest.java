package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoleProcessTest {
  /** Health is served before the role has begun to report anything. */
  @Test
  void isReadyOnceEverythingIsOpen() throws Exception {
    try (RoleProcess process = new RoleProcess()) {
      process.open(
          opening -> assertThat(opening.health().problems()).containsEntry("process", "starting"));

      assertThat(process.health().problems()).isEmpty();
    }
  }

  @Test
  void ofThePartitionsThatAConsumerReadsOnlyTheLagIsExposed() {
    try (RoleProcess process = new RoleProcess()) {
      MeterRegistry meters = process.meters();
      List<String> names =
          List.of(
              "kafka.consumer.fetch.manager.records.lag",
              "kafka.consumer.fetch.manager.records.lag.avg",
              "kafka.consumer.fetch.manager.preferred.read.replica");
      names.forEach(name -> meters.gauge(name, Tags.of("partition", "7"), 1));
      meters.gauge("kafka.consumer.fetch.manager.fetch.latency.avg", 1);

      assertThat(meters.getMeters())
          .extracting(meter -> meter.getId().getName())
          .filteredOn(name -> name.startsWith("kafka."))
          .containsExactlyInAnyOrder(
              "kafka.consumer.fetch.manager.records.lag",
              "kafka.consumer.fetch.manager.fetch.latency.avg");
    }
  }
}
