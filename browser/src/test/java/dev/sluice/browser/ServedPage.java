package dev.sluice.browser;

import dev.sluice.demo.LocalPipeline;
import dev.sluice.demo.LocalPipelineConfig;
import dev.sluice.local.FreePort;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/** The page with all services and the simulator behind it, in a browser. */
final class ServedPage implements AutoCloseable {
  private static final int PARTITIONS = 2;

  private final Closer closer = new Closer();
  private final TestEnvironment environment;
  private final String url;
  private final WhatsAppSimulator simulator;
  private final Browser browser;

  /**
   * Starts them.
   *
   * @param provider returns the simulator's configuration for the console's URL
   * @param more settings of the services
   */
  ServedPage(
      TestEnvironment environment,
      Function<String, SimulatorConfig> provider,
      UnaryOperator<LocalPipelineConfig> more) {
    this.environment = environment;
    int port = FreePort.next();
    url = "http://localhost:" + port;
    simulator = closer.register(new WhatsAppSimulator(provider.apply(url)));
    LocalPipeline pipeline =
        closer.register(
            new LocalPipeline(
                more.apply(
                    LocalPipelineConfig.of(
                        environment.kafka(), environment.database(), simulator.url(), 1, port)),
                new Health(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> pipeline.ready(PARTITIONS));
    browser = closer.register(new Browser(url));
  }

  static TestEnvironment newTestEnvironment() {
    return TestEnvironment.create(PARTITIONS);
  }

  TestEnvironment environment() {
    return environment;
  }

  String url() {
    return url;
  }

  WhatsAppSimulator simulator() {
    return simulator;
  }

  Browser browser() {
    return browser;
  }

  @Override
  public void close() {
    closer.close();
  }
}
