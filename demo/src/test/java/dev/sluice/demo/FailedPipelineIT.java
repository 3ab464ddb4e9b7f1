package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.FailedStart;
import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class FailedPipelineIT {
  @Test
  void aConsoleThatCannotListenLeavesNoWorkerRunning() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    int taken = FreePort.next();
    try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      LocalPipelineConfig config =
          LocalPipelineConfig.of(
              environment.kafka(), environment.database(), "http://localhost:1", 1, taken);

      FailedStart failed =
          FailedStart.of(() ->
              new LocalPipeline(
                  config, new Health(), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));

      assertThat(failed.failure()).hasStackTraceContaining("in use");
      assertThat(failed.threads()).doesNotContain("worker-worker-1");
    }
  }
}
