package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.local.TestLoggers;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
  private final Logger logger = (Logger) TestLoggers.of(FanOutProcessor.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private Instant now = Instant.EPOCH;
  private final RefusalLog refusals = new RefusalLog(() -> now);

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(lines);
  }

  @Test
  void aFloodOfRefusedRecordsIsCountedInsteadOfLogged() {
    refuse(20_000);
    now = now.plusSeconds(10);
    refuse(1);

    assertThat(written()).hasSize(RefusalLog.MOST + 2);
    assertThat(written().get(RefusalLog.MOST)).startsWith("19990 more records were refused");
    assertThat(written().getLast()).isEqualTo("commands-2@20000 refused: unreadable");
  }

  private void refuse(int records) {
    for (int i = 0; i < records; i++) {
      refusals.refused(new Place("commands", 2, offset++), "unreadable");
    }
  }

  private long offset;

  /** Returns what this test's thread has logged; others' may log here meanwhile. */
  private List<String> written() {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getThreadName().equals(Thread.currentThread().getName()))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private record Place(String topic, int partition, long offset) implements RecordMetadata {}
}
