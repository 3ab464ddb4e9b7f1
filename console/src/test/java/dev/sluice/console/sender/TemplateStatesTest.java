package dev.sluice.console.sender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.sender.TemplateStates.State;
import dev.sluice.console.sender.TemplateStates.Stop;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateStatesTest {
  /** Also in the last millisecond of the stop's second, and while that lies ahead. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-06-01T08:59:59.5Z",
        "2026-06-01T09:00:00Z",
        "2026-06-01T09:00:00.9985Z",
        "2026-06-01T09:00:00.9995Z",
        "2026-06-01T09:00:01Z",
        "2026-06-01T10:00:00Z"
      })
  void whatAPersonAllowsIsNewerThanTheStop(Instant now) {
    State stopped = new State("", "t", "de", "paused", Instant.parse("2026-06-01T09:00:00.3Z"));
    Stop stop = new Stop("paused", stopped.at());

    State allowed = new State("", "t", "de", null, TemplateStates.allowedAt(stop, now));

    assertThat(allowed.at()).isAfter(stopped.at());
  }
}
