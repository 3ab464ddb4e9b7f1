package dev.sluice.runtime.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.runtime.kafka.TextHeader;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TracesTest {
  private static final Instant NOW = Instant.parse("2027-03-01T09:00:00Z");
  private static final UUID CAMPAIGN = new UUID(1, 2);
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String AUTHOR = "00-" + TRACE + "-b7ad6b7169203331-01";

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();

  @Test
  void rolesThatKnowNothingOfEachOtherMakeOneTrace() {
    String traceparent;
    try (Traces producer = traces(1)) {
      traceparent =
          producer.command("START", CAMPAIGN, "commands-0@5", NOW, NOW.plusMillis(3), AUTHOR);
      producer.of(CAMPAIGN, 7, 1, headers(traceparent)).fannedOut(NOW, NOW.plusMillis(9));
    }
    String provided;
    try (Traces worker = traces(1)) {
      Journey.Call call = new Journey.Call(NOW.plusMillis(40), NOW.plusMillis(42), 200);
      Journey journey = worker.of(CAMPAIGN, 7, 1, headers(traceparent));
      provided = journey.traceparent(NOW.plusMillis(40));
      journey.attempted("1", NOW.plusMillis(9), call, NOW.plusMillis(99), "Accepted");
    }
    try (Traces aggregator = traces(1)) {
      aggregator
          .of(CAMPAIGN, 7, 1, headers(traceparent))
          .settled("SENT", 1, NOW.plusMillis(120), NOW.plusMillis(300));
    }

    assertThat(spans)
        .extracting(SpanData::getName)
        .containsExactly("start campaign", "fan out", "queue", "send", "POST", "write status");
    assertThat(spans).extracting(SpanData::getTraceId).containsOnly(TRACE);
    SpanData post = spans.remove(4);
    List<String> ids = new ArrayList<>(List.of("b7ad6b7169203331"));
    spans.forEach(span -> ids.add(span.getSpanId()));
    assertThat(spans).extracting(SpanData::getParentSpanId).isEqualTo(ids.subList(0, spans.size()));
    assertThat(post.getParentSpanId()).isEqualTo(spans.get(3).getSpanId());
    assertThat(provided).isEqualTo("00-" + TRACE + "-" + post.getSpanId() + "-01");
  }

  @Test
  void aCommandWithoutATraceBeginsOneAndIsTheSameSpanWhenItIsReadAgain() {
    try (Traces traces = traces(1)) {
      String traceparent = traces.command("START", CAMPAIGN, "commands-0@5", NOW, NOW, null);

      assertThat(traceparent)
          .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
          .isEqualTo(traces.command("START", CAMPAIGN, "commands-0@5", NOW, NOW, null))
          .isNotEqualTo(traces.command("START", CAMPAIGN, "commands-0@6", NOW, NOW, null));
    }
  }

  @Test
  void whatItsAuthorDoesNotRecordIsHandedOnAndNotTraced() {
    String unrecorded = AUTHOR.replaceAll("01$", "00");
    try (Traces traces = traces(1)) {
      assertThat(traces.command("START", CAMPAIGN, "commands-0@5", NOW, NOW, unrecorded))
          .isEqualTo(unrecorded);
      assertThat(traces.of(CAMPAIGN, 7, 1, headers(unrecorded))).isNull();
      assertThat(traces.of(CAMPAIGN, 7, 1, List.of())).isNull();
    }
    assertThat(spans).isEmpty();
  }

  @Test
  void withoutTracesHeadersAreHandedOnAndNobodyIsTraced() {
    assertThat(Traces.OFF.command("START", CAMPAIGN, "commands-0@5", NOW, NOW, AUTHOR))
        .isEqualTo(AUTHOR);
    assertThat(Traces.OFF.command("START", CAMPAIGN, "commands-0@5", NOW, NOW, null)).isNull();
    assertThat(Traces.OFF.of(CAMPAIGN, 7, 1, headers(AUTHOR))).isNull();
  }

  @Test
  void aShareOfEachCampaignsRecipientsIsTracedTheSameOnesByAll() {
    try (Traces one = traces(0.01);
        Traces other = traces(0.01)) {
      List<Long> traced = traced(one, CAMPAIGN);

      assertThat(traced).hasSizeBetween(850, 1_150).isEqualTo(traced(other, CAMPAIGN));
      assertThat(traced(one, new UUID(1, 3))).hasSizeBetween(850, 1_150).isNotEqualTo(traced);
    }
    try (Traces none = traces(0);
        Traces all = traces(1)) {
      assertThat(traced(none, CAMPAIGN)).isEmpty();
      assertThat(traced(all, CAMPAIGN)).hasSize(100_000);
    }
    assertThatThrownBy(() -> traces(1.5)).hasMessageContaining("from 0 to 1");
    assertThatThrownBy(() -> traces(Double.NaN)).hasMessageContaining("from 0 to 1");
  }

  private static List<Long> traced(Traces traces, UUID campaign) {
    return LongStream.range(0, 100_000)
        .filter(recipient -> traces.of(campaign, recipient, 1, headers(AUTHOR)) != null)
        .boxed()
        .toList();
  }

  /** A collector that does not answer costs the spans beyond those that wait, and nothing else. */
  @Test
  @Timeout(60)
  void aHungCollectorHarmsNobody() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableResultCode answer = new CompletableResultCode();
    Exporter hung =
        new Exporter(exported -> {
          spans.addAll(exported);
          asked.countDown();
          return answer;
        });
    Traces traces = Traces.exporting(hung, "worker", 1, Duration.ofSeconds(30));
    fanOut(traces, 10 * Spans.WAITING);
    asked.await();
    answer.succeed();
    traces.close();

    assertThat(spans).hasSizeBetween(Spans.WAITING, 2 * Spans.WAITING);
  }

  @Test
  @Timeout(60)
  void aHungCollectorDelaysTheEndOnlyForAWhile() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Exporter hung =
        new Exporter(exported -> {
          asked.countDown();
          return new CompletableResultCode();
        });
    Traces traces = Traces.exporting(hung, "worker", 1, Duration.ofMillis(50));
    fanOut(traces, 1);
    traces.close();

    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void fanOut(Traces traces, int recipients) {
    for (int i = 0; i < recipients; i++) {
      traces.of(CAMPAIGN, i, 1, headers(AUTHOR)).fannedOut(NOW, NOW);
    }
  }

  private Traces traces(double share) {
    Exporter exporter =
        new Exporter(exported -> {
          spans.addAll(exported);
          return CompletableResultCode.ofSuccess();
        });
    return Traces.exporting(exporter, "test", share);
  }

  private static List<Header> headers(String traceparent) {
    return List.of(new TextHeader("traceparent", traceparent));
  }

  private record Exporter(Function<Collection<SpanData>, CompletableResultCode> export)
      implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> exported) {
      return export.apply(exported);
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
}
