package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class WorkerCommandTest {
  private boolean closed;

  @Test
  void aProviderThatCannotBeOpenedLeavesNoneOpen() {
    Map<String, Supplier<MessageProvider>> openings = new LinkedHashMap<>();
    openings.put("first", FirstProvider::new);
    openings.put(
        "second",
        () -> {
          throw new IllegalArgumentException("cannot read the headers' file");
        });

    assertThatThrownBy(() -> WorkerCommand.opened(openings))
        .hasMessage("cannot read the headers' file");

    assertThat(closed).isTrue();
  }

  private final class FirstProvider implements MessageProvider {
    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
