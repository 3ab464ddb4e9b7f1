package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.CollectedSpans;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.runtime.tracing.Journey;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.Dispatcher.Finished;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TracedTaskTest {
  private static final Instant WRITTEN = Instant.parse("2027-03-01T09:00:00Z");
  private static final UUID CAMPAIGN = new UUID(1, 2);

  private final CollectedSpans spans = new CollectedSpans();
  private final Traces traces = Traces.exporting(spans, "worker", 1);
  private final Journey journey =
      traces.of(
          CAMPAIGN,
          7,
          1,
          List.of(
              new TextHeader(
                  "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")));
  private final SendTask task = task();

  /** Several attempts have the same number if some of them do not count. */
  @Test
  void eachAttemptIsASpanOfItsOwnAndTheLastOneLeadsToTheStatus() {
    attempt(1, 429, new SendOutcome.Throttled("130429", "?", null), false);
    attempt(2, 500, new SendOutcome.TryAgain("131000", "?", null), true);
    attempt(3, 429, new SendOutcome.Throttled("130429", "?", null), false);
    attempt(4, 0, new Ending.NotLaunched("late"), false);
    attempt(5, 200, new SendOutcome.Accepted("wamid.1"), true);
    journey.settled("SENT", task.attempts(), at(6), at(7));
    traces.close();

    assertThat(named("send")).hasSize(4).extracting(SpanData::getSpanId).doesNotHaveDuplicates();
    assertThat(named("send"))
        .extracting(span -> span.getStatus().getStatusCode().name())
        .containsExactly("ERROR", "ERROR", "ERROR", "UNSET");
    List<SpanData> path = spans.pathTo("write status", 7);
    assertThat(path).extracting(SpanData::getName).containsExactly("queue", "send", "write status");
    assertThat(path.get(1).getAttributes().asMap().toString()).contains("sluice.outcome=Accepted");
  }

  @Test
  void eachCallIsASpanBelowItsAttemptAndWhatWasNeverWrittenHasNone() {
    attempt(1, 429, new SendOutcome.Throttled("130429", "?", null), false);
    task.trace(
        new Finished(
            task,
            new Ending.Answered(
                new SendOutcome.Unavailable(SendOutcome.Unavailable.NOT_CONNECTED, "?", null)),
            at(3),
            new Journey.Call(at(2), null, 0)),
        task.attempts());
    attempt(4, 200, new SendOutcome.Accepted("wamid.1"), true);
    traces.close();

    List<SpanData> sends = named("send");
    assertThat(sends).hasSize(3);
    assertThat(named("POST"))
        .extracting(SpanData::getParentSpanId)
        .containsExactly(sends.getFirst().getSpanId(), sends.getLast().getSpanId());
    assertThat(named("POST"))
        .extracting(span -> span.getAttributes().asMap().toString())
        .satisfiesExactly(
            call -> assertThat(call).contains("http.response.status_code=429"),
            call -> assertThat(call).contains("http.response.status_code=200"));
    assertThat(named("POST"))
        .extracting(span -> "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01")
        .containsExactly(task.traceparent(at(1)), task.traceparent(at(4)));
  }

  private List<SpanData> named(String name) {
    return spans.all().stream().filter(span -> span.getName().equals(name)).toList();
  }

  private void attempt(int second, int httpStatus, SendOutcome outcome, boolean counts) {
    attempt(second, httpStatus, new Ending.Answered(outcome), counts);
  }

  private void attempt(int second, int httpStatus, Ending ending, boolean counts) {
    Journey.Call call = new Journey.Call(at(second), at(second), httpStatus);
    int before = task.attempts();
    if (counts) {
      task.countAttempt();
    }
    task.trace(new Finished(task, ending, at(second).plusMillis(200), call), before);
  }

  private static Instant at(int second) {
    return WRITTEN.plusSeconds(second);
  }

  private SendTask task() {
    SendRequest request =
        new SendRequest(
            7,
            CAMPAIGN,
            1,
            new SendRequest.Sender("s", "whatsapp", "1"),
            0,
            80,
            "+4930",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null);
    PartitionState partition = PartitionInMemory.unread();
    SendTask traced = new SendTask(partition, 0, request, WRITTEN.toEpochMilli(), 0);
    traced.traceOn(journey);
    return traced;
  }
}
