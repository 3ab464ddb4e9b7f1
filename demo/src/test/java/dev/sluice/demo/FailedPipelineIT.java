package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.FreePort;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailedPipelineIT {
  @Test
  void aConsoleThatCannotListenLeavesNoWorkerRunning() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    int taken = FreePort.next();
    Set<Thread> before = workers();
    try (ServerSocket _ = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      LocalPipelineConfig config =
          LocalPipelineConfig.of(
              environment.kafka(), environment.database(), "http://localhost:1", 1, taken);

      assertThatThrownBy(() ->
              new LocalPipeline(
                  config, new Health(), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
          .hasStackTraceContaining("in use");
    }
    Set<Thread> left = workers();
    left.removeAll(before);
    assertThat(left).isEmpty();
  }

  private static Set<Thread> workers() {
    Set<Thread> workers = new HashSet<>(Thread.getAllStackTraces().keySet());
    workers.removeIf(thread -> !thread.getName().equals("worker-worker-1"));
    return workers;
  }
}
