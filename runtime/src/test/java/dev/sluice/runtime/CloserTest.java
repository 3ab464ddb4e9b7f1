package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloserTest {
  private final List<String> closed = new ArrayList<>();
  private final Closer closer = new Closer();

  @Test
  void closesInReverse() {
    closer.register(() -> closed.add("first"));
    closer.register(() -> closed.add("second"));
    closer.close();

    assertThat(closed).containsExactly("second", "first");
  }

  @Test
  void closesTheRestAfterAFailureAndKeepsEveryFailure() {
    closer.register(() -> closed.add("first"));
    closer.register(() -> {
      throw new IllegalStateException("later failure");
    });
    closer.register(() -> {
      throw new IllegalStateException("first failure");
    });

    assertThatThrownBy(closer::close)
        .hasRootCauseMessage("first failure")
        .satisfies(e -> assertThat(e.getCause().getSuppressed()).hasSize(1));
    assertThat(closed).containsExactly("first");
  }
}
