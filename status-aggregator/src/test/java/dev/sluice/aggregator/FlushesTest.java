package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.MockConnection;
import org.junit.jupiter.api.Test;

class FlushesTest {
  /** Without an outcome its campaign would wait for it until a restart, and fill others' room. */
  @Test
  void anErrorEndsAFlushLikeAnyOtherFailure() {
    StatusStatement broken =
        new StatusStatement(
            DSL.using(
                new MockConnection(context -> {
                  throw new OutOfMemoryError("Java heap space");
                }),
                SQLDialect.POSTGRES));
    List<Flush.Outcome> outcomes = new ArrayList<>();

    new Flushes(broken, Runnable::run, 2)
        .start(new Flush(UUID.randomUUID(), List.of(), false), outcomes::add);

    assertThat(outcomes).singleElement().extracting(Flush.Outcome::trouble).isNotNull();
  }
}
