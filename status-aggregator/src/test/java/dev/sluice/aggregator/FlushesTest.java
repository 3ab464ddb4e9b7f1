package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.database.Database;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FlushesTest {
  private static final Fixture FIXTURE = new Fixture();

  /** Without an outcome the campaign would wait until a restart and fill the room of others. */
  @Test
  void anErrorEndsAFlushLikeAnyOtherFailure() {
    List<SendResult> tooMuch =
        new AbstractList<>() {
          @Override
          public SendResult get(int index) {
            throw new OutOfMemoryError("Java heap space");
          }

          @Override
          public int size() {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    List<Flush.Outcome> outcomes = new ArrayList<>();

    try (Database database =
        new Database(FIXTURE.sandbox().database(), 1, "flushes", new SimpleMeterRegistry())) {
      new Flushes(new StatusStatement(database.sql()), Runnable::run, 2, new SimpleMeterRegistry())
          .start(new Flush(UUID.randomUUID(), tooMuch, false), outcomes::add);
    }

    assertThat(outcomes).singleElement().extracting(Flush.Outcome::trouble).isNotNull();
  }
}
