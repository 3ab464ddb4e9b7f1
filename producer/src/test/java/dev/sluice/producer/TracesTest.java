package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.CollectedSpans;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.runtime.tracing.Traces;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** What the producer adds to the trace of a command. */
class TracesTest extends FanOutTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String AUTHOR = "b7ad6b7169203331";

  private final CollectedSpans spans = new CollectedSpans();
  private final Traces traces = Traces.exporting(spans, "producer", 1);

  @Override
  Traces traces() {
    return traces;
  }

  @Test
  void everybodyComesBelowTheCommandAlsoThoseToWhomNothingIsSent() {
    UUID campaign = fixture.campaign(sender, 3);
    fixture.setVariables(campaign, "+5511960000001", "{}");
    TestRecord<String, String> command =
        new TestRecord<>(campaign.toString(), json("start", campaign), now);
    command.headers().add(new TextHeader("traceparent", "00-" + TRACE + "-" + AUTHOR + "-01"));
    commands.pipeInput(command);
    turns(3);
    traces.close();

    SpanData start = named("start campaign").getFirst();
    assertThat(start.getParentSpanId()).isEqualTo(AUTHOR);
    assertThat(named("fan out"))
        .hasSize(3)
        .extracting(SpanData::getParentSpanId)
        .containsOnly(start.getSpanId());
    assertThat(spans.all()).extracting(SpanData::getTraceId).containsOnly(TRACE);
    assertThat(requests.readRecordsToList())
        .extracting(record -> header(record, "traceparent"))
        .containsOnly("00-" + TRACE + "-" + start.getSpanId() + "-01");
    assertThat(results.readRecordsToList())
        .extracting(record -> header(record, "traceparent"))
        .containsExactly("00-" + TRACE + "-" + start.getSpanId() + "-01");
  }

  private List<SpanData> named(String name) {
    return spans.all().stream().filter(span -> span.getName().equals(name)).toList();
  }
}
