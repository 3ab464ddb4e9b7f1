package dev.sluice.cli;

import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a role: health, metrics, and an orderly stop on SIGTERM or Ctrl-C that closes all
 * resources in reverse order.
 */
public final class RoleProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RoleProcess.class);
  private static final String OPENING = "process";

  private final Health health = new Health();
  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Closer closer = new Closer();

  /** Opens a role's resources. */
  public interface Opening {
    void open(RoleProcess process) throws Exception;
  }

  RoleProcess() {
    meters.config().meterFilter(MeterFilter.deny(RoleProcess::isDetailOfPartition));
    closer.register(new JvmMeters(meters));
  }

  /** Kafka's consumers measure each partition in seven ways; the lag is enough. */
  private static boolean isDetailOfPartition(Meter.Id meter) {
    return meter.getName().startsWith("kafka.consumer.")
        && meter.getTag("partition") != null
        && !meter.getName().endsWith(".records.lag");
  }

  /** Opens the resources and runs until the process receives a stop signal. */
  public static int run(String role, Opening opening) throws Exception {
    CountDownLatch stop = new CountDownLatch(1);
    try (StopSignal _ = new StopSignal(stop::countDown)) {
      try (RoleProcess process = new RoleProcess()) {
        process.open(opening);
        log.info("{} is up", role);
        stop.await();
        log.info("{} is stopping", role);
      }
      log.info("{} has stopped", role);
    }
    return 0;
  }

  /**
   * Opens the resources. Health is served from the first moment, and is not ready before the last
   * of them is open: a rollout would stop the next process too soon.
   */
  void open(Opening opening) throws Exception {
    health.starting(OPENING);
    opening.open(this);
    health.working(OPENING);
  }

  public Health health() {
    return health;
  }

  public PrometheusMeterRegistry meters() {
    return meters;
  }

  public <T extends AutoCloseable> T register(T resource) {
    return closer.register(resource);
  }

  /** Serves health and metrics. */
  void serveHealth(HttpOptions http, int rolesOwnPort) {
    HealthEndpoint endpoint =
        register(new HealthEndpoint(http.host(), http.port(rolesOwnPort), health, meters));
    log.info("health and metrics on http://{}:{}", http.host(), endpoint.port());
  }

  @Override
  public void close() {
    closer.close();
  }
}
