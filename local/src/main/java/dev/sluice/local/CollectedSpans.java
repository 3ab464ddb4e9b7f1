package dev.sluice.local;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Keeps the exported spans in memory. */
public final class CollectedSpans implements SpanExporter {
  private static final AttributeKey<Long> RECIPIENT = AttributeKey.longKey("sluice.recipient.id");

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();

  public List<SpanData> all() {
    return List.copyOf(spans);
  }

  /**
   * Returns the spans from the first one of the trace to a recipient's span of this name, each the
   * parent of the next; empty if there is no such span.
   */
  public List<SpanData> pathTo(String name, long recipient) {
    Deque<SpanData> path = new ArrayDeque<>();
    Optional<SpanData> next =
        find(span ->
            span.getName().equals(name)
                && Objects.equals(span.getAttributes().get(RECIPIENT), recipient));
    while (next.isPresent()) {
      SpanData child = next.get();
      path.addFirst(child);
      next =
          find(span ->
              span.getSpanId().equals(child.getParentSpanId())
                  && span.getTraceId().equals(child.getTraceId()));
    }
    return List.copyOf(path);
  }

  private Optional<SpanData> find(Predicate<SpanData> wanted) {
    return spans.stream().filter(wanted).findFirst();
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> exported) {
    spans.addAll(exported);
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
