package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

class FlushesTest {
  /** Without an outcome its campaign would wait for it until a restart, and fill others' room. */
  @Test
  void anErrorEndsAFlushLikeAnyOtherFailure() {
    DSLContext outOfMemory =
        (DSLContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DSLContext.class},
                (proxy, method, arguments) -> {
                  throw new OutOfMemoryError("Java heap space");
                });
    List<Flush.Outcome> outcomes = new ArrayList<>();

    new Flushes(new StatusStatement(outOfMemory), Runnable::run, 2)
        .start(new Flush(UUID.randomUUID(), List.of(), false), outcomes::add);

    assertThat(outcomes).singleElement().extracting(Flush.Outcome::trouble).isNotNull();
  }
}
