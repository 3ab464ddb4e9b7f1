package dev.sluice.runtime.tracing;

import dev.sluice.runtime.kafka.CampaignHeaders;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Traces the way of some recipients of each campaign. Which ones depends only on their ids, so all
 * roles choose the same. Thread-safe.
 */
public final class Traces implements AutoCloseable {
  /** Traces nobody. */
  public static final Traces OFF = new Traces(null, 0);

  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(3);

  private final @Nullable Spans spans;
  private final double share;

  private Traces(@Nullable Spans spans, double share) {
    this.spans = spans;
    this.share = share;
  }

  /**
   * Starts to export spans.
   *
   * @param exporter closed with the traces
   * @param service the name of the service in the spans
   * @param share of each campaign's recipients, 0 to 1
   */
  public static Traces exporting(SpanExporter exporter, String service, double share) {
    return exporting(exporter, service, share, CLOSE_WITHIN);
  }

  static Traces exporting(
      SpanExporter exporter, String service, double share, Duration closeWithin) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share of recipients to trace is from 0 to 1");
    }
    return new Traces(new Spans(exporter, service, closeWithin), share);
  }

  /**
   * Returns a recipient's journey, or null if it is not traced.
   *
   * @param headers of a record of the recipient; without a trace, or with one that the command's
   *     author does not record, nobody is traced
   */
  public @Nullable Journey of(UUID campaign, long recipient, int round, Iterable<Header> headers) {
    if (spans == null || !isSampled(campaign, recipient)) {
      return null;
    }
    String traceparent = CampaignHeaders.traceparent(headers);
    SpanContext command = traceparent == null ? SpanContext.getInvalid() : context(traceparent);
    return command.isSampled() ? new Journey(spans, command, campaign, recipient, round) : null;
  }

  /**
   * Records that a command was received, as part of the trace of its author or of a new one.
   *
   * @param action what is to be done
   * @param place where the record is, which identifies it
   * @param writtenAt when it was written
   * @param traceparent the record's, or null if it has none
   * @return the {@code traceparent} of the records that come of it: that of the command if nothing
   *     is traced
   */
  public @Nullable String command(
      String action,
      UUID campaign,
      String place,
      Instant writtenAt,
      Instant now,
      @Nullable String traceparent) {
    SpanContext author = traceparent == null ? SpanContext.getInvalid() : context(traceparent);
    if (spans == null || (author.isValid() && !author.isSampled())) {
      return traceparent;
    }
    String name = campaign + " " + place + " " + writtenAt;
    SpanContext own =
        Spans.context(author.isValid() ? author.getTraceId() : Spans.traceId(name), name);
    spans.add(
        new Spans.Finished(
            action.toLowerCase(Locale.ROOT) + " campaign",
            SpanKind.CONSUMER,
            author,
            own,
            writtenAt,
            now,
            false,
            Attributes.of(Journey.CAMPAIGN, campaign.toString())));
    return Spans.traceparent(own);
  }

  /** Returns the context in a valid {@code traceparent}. */
  private static SpanContext context(String traceparent) {
    return SpanContext.createFromRemoteParent(
        traceparent.substring(3, 35),
        traceparent.substring(36, 52),
        TraceFlags.fromHex(traceparent, 53),
        TraceState.getDefault());
  }

  /** Allocates nothing: it is asked for every message. */
  private boolean isSampled(UUID campaign, long recipient) {
    long mixed =
        mixed(campaign.getMostSignificantBits())
            ^ mixed(campaign.getLeastSignificantBits() + recipient);
    return (mixed(mixed) >>> 11) * 0x1.0p-53 < share;
  }

  /** Spreads consecutive numbers evenly; the finalizer of SplitMix64. */
  private static long mixed(long number) {
    long first = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    long second = (first ^ (first >>> 27)) * 0x94d049bb133111ebL;
    return second ^ (second >>> 31);
  }

  @Override
  public void close() {
    if (spans != null) {
      spans.close();
    }
  }
}
