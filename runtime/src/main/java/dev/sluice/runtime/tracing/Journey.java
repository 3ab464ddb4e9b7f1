package dev.sluice.runtime.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one recipient in one round of a campaign, below the command's span: {@code fan out}
 * in the producer; for each attempt {@code queue}, below it {@code send} and below that the call,
 * {@code POST}, in the worker; below the last {@code send} {@code write status} in the aggregator.
 * They hold ids only, neither the number nor the message.
 */
public final class Journey {
  static final AttributeKey<String> CAMPAIGN = AttributeKey.stringKey("sluice.campaign.id");
  private static final AttributeKey<Long> RECIPIENT = AttributeKey.longKey("sluice.recipient.id");
  private static final AttributeKey<Long> ROUND = AttributeKey.longKey("sluice.round");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("sluice.outcome");
  private static final AttributeKey<String> STATUS = AttributeKey.stringKey("sluice.status");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");

  private final Spans spans;
  private final SpanContext command;
  private final String name;
  private final Attributes whose;

  /**
   * One call to the provider.
   *
   * @param launched when the message was handed to its own thread
   * @param written when it got its permit, or null if it never did
   * @param httpStatus the answer's, or 0 if there was none
   */
  public record Call(Instant launched, @Nullable Instant written, int httpStatus) {
    private boolean succeeded() {
      return httpStatus >= 200 && httpStatus < 300;
    }
  }

  Journey(Spans spans, SpanContext command, UUID campaign, long recipient, int round) {
    this.spans = spans;
    this.command = command;
    name = campaign + " " + recipient + " " + round + " ";
    whose = Attributes.of(CAMPAIGN, campaign.toString(), RECIPIENT, recipient, ROUND, (long) round);
  }

  /** Records that its request was written, or its result if there is nothing to send. */
  public void fannedOut(Instant from, Instant to) {
    add("fan out", SpanKind.PRODUCER, command, own("fan out"), from, to);
  }

  /**
   * Records an attempt to send.
   *
   * @param attempt identifies it among the attempts of this round; the last one's number is that of
   *     the result's attempts
   * @param queued when the request was written
   * @param outcome the kind of its outcome
   */
  public void attempted(String attempt, Instant queued, Call call, Instant ended, String outcome) {
    SpanContext queue = own("queue " + attempt);
    add("queue", SpanKind.CONSUMER, own("fan out"), queue, queued, call.launched());
    SpanContext send = own("send " + attempt);
    spans.add(
        new Spans.Finished(
            "send",
            SpanKind.INTERNAL,
            queue,
            send,
            call.launched(),
            ended,
            !call.succeeded(),
            whose.toBuilder().put(OUTCOME, outcome).build()));
    if (call.written() != null) {
      called(send, call, call.written(), ended);
    }
  }

  private void called(SpanContext send, Call call, Instant written, Instant ended) {
    AttributesBuilder attributes = whose.toBuilder().put(METHOD, "POST");
    if (call.httpStatus() != 0) {
      attributes.put(HTTP_STATUS, call.httpStatus());
    }
    spans.add(
        new Spans.Finished(
            "POST",
            SpanKind.CLIENT,
            send,
            post(call.launched()),
            written,
            ended,
            !call.succeeded(),
            attributes.build()));
  }

  /** Returns the {@code traceparent} for the provider of the call that was launched then. */
  public String traceparent(Instant launched) {
    return Spans.traceparent(post(launched));
  }

  /**
   * Returns the call's span, whose id the provider gets. It cannot be that of {@code send}: which
   * attempt of this round a call is only its outcome tells.
   */
  private SpanContext post(Instant launched) {
    return own("POST " + launched);
  }

  /**
   * Records that its status was written to PostgreSQL.
   *
   * @param attempts the result's attempts, 0 if it was never tried
   * @param from when the result was written
   */
  public void settled(String status, int attempts, Instant from, Instant to) {
    spans.add(
        new Spans.Finished(
            "write status",
            SpanKind.CONSUMER,
            own(attempts == 0 ? "fan out" : "send " + attempts),
            own("write " + status),
            from,
            to,
            false,
            whose.toBuilder().put(STATUS, status).build()));
  }

  private void add(
      String step, SpanKind kind, SpanContext parent, SpanContext own, Instant from, Instant to) {
    spans.add(new Spans.Finished(step, kind, parent, own, from, to, false, whose));
  }

  private SpanContext own(String step) {
    return Spans.context(command.getTraceId(), name + step);
  }
}
