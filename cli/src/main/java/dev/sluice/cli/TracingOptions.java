package dev.sluice.cli;

import dev.sluice.runtime.tracing.Traces;
import io.opentelemetry.api.metrics.MeterProvider;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether recipients are traced, and where their spans go. */
final class TracingOptions {
  /** The most time for a call; spans that arrive meanwhile wait, or are lost. */
  private static final Duration CALL = Duration.ofSeconds(5);

  @Option(
      names = "--otlp-endpoint",
      paramLabel = "URL",
      defaultValue = "${env:OTEL_EXPORTER_OTLP_ENDPOINT}",
      description =
          "The collector that takes traces by OTLP over HTTP, like http://localhost:4318"
              + " (OTEL_EXPORTER_OTLP_ENDPOINT; none: nothing is traced).")
  private @Nullable URI endpoint;

  @Option(
      names = "--trace-share",
      paramLabel = "SHARE",
      defaultValue = "${env:SLUICE_TRACE_SHARE:-0.001}",
      description =
          "The share of each campaign's recipients that is traced, 0 to 1, the same for all roles"
              + " (SLUICE_TRACE_SHARE; ${DEFAULT-VALUE}).")
  private double share;

  /** Starts to export a role's spans, if that is wanted. */
  Traces start(String role) {
    if (endpoint == null || endpoint.toString().isBlank()) {
      return Traces.OFF;
    }
    String scheme = endpoint.getScheme();
    if (!"http".equals(scheme) && !"https".equals(scheme)) {
      throw new IllegalArgumentException(
          "--otlp-endpoint (OTEL_EXPORTER_OTLP_ENDPOINT) must start with http:// or https://: "
              + endpoint);
    }
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint.toString().replaceAll("/+$", "") + "/v1/traces")
            .setConnectTimeout(CALL)
            .setTimeout(CALL)
            // Spans are not worth waiting for, least of all when the process stops.
            .setRetryPolicy(null)
            .setMeterProvider(MeterProvider.noop())
            .build();
    return Traces.exporting(exporter, "sluice-" + role, share);
  }
}
