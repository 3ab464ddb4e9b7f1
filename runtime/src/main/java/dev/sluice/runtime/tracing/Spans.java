package dev.sluice.runtime.tracing;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.IdGenerator;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Exports finished spans, with ids derived from names instead of random ones: a role can name a
 * span of another role as the parent without being told its id, and a span that is repeated after a
 * crash has the same id. A thread of its own exports; if that falls behind, spans are lost.
 */
final class Spans implements AutoCloseable {
  /** Spans that wait for the collector, about 1 KB each. */
  static final int WAITING = 4_096;

  private static final Duration EXPORT_EVERY = Duration.ofSeconds(1);
  private static final ScopedValue<SpanContext> OWN = ScopedValue.newInstance();

  private final SdkTracerProvider provider;
  private final Tracer tracer;
  private final Duration closeWithin;

  /** A span to export. */
  record Finished(
      String name,
      SpanKind kind,
      SpanContext parent,
      SpanContext own,
      Instant from,
      Instant to,
      boolean failed,
      Attributes attributes) {}

  /**
   * Creates spans of a service.
   *
   * @param closeWithin how long {@link #close} waits for the last spans to be exported
   */
  Spans(SpanExporter exporter, String service, Duration closeWithin) {
    this.closeWithin = closeWithin;
    provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(Attributes.builder().put("service.name", service).build())))
            .setIdGenerator(GivenIds.INSTANCE)
            // The sampling is decided before a span is asked for.
            .setSampler(Sampler.alwaysOn())
            .addSpanProcessor(
                BatchSpanProcessor.builder(exporter)
                    .setMaxQueueSize(WAITING)
                    .setScheduleDelay(EXPORT_EVERY)
                    .build())
            .build();
    tracer = provider.get("dev.sluice");
  }

  private enum GivenIds implements IdGenerator {
    INSTANCE;

    @Override
    public String generateSpanId() {
      return OWN.get().getSpanId();
    }

    @Override
    public String generateTraceId() {
      return OWN.get().getTraceId();
    }
  }

  void add(Finished span) {
    // The clocks of two machines differ.
    Instant from = span.from().isAfter(span.to()) ? span.to() : span.from();
    SpanBuilder builder =
        tracer
            .spanBuilder(span.name())
            .setParent(Context.root().with(Span.wrap(span.parent())))
            .setSpanKind(span.kind())
            .setStartTimestamp(from)
            .setAllAttributes(span.attributes());
    Span started = ScopedValue.where(OWN, span.own()).call(builder::startSpan);
    if (span.failed()) {
      started.setStatus(StatusCode.ERROR);
    }
    started.end(span.to());
  }

  /** Returns the context of a span by its name, which is unique in its trace. */
  static SpanContext context(String traceId, String name) {
    long id = derived(name).getLeastSignificantBits();
    return SpanContext.create(
        traceId, HexFormat.of().toHexDigits(id), TraceFlags.getSampled(), TraceState.getDefault());
  }

  /** Returns the W3C {@code traceparent} of a span. */
  static String traceparent(SpanContext span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01";
  }

  /** Returns the id of a trace by its name. */
  static String traceId(String name) {
    return derived(name).toString().replace("-", "");
  }

  /** Returns an id that is never 0, because some of its bits are fixed. */
  private static UUID derived(String name) {
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }

  /** Exports what waits, within a time limit. */
  @Override
  public void close() {
    provider.shutdown().join(closeWithin.toMillis(), TimeUnit.MILLISECONDS);
  }
}
