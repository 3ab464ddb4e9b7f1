package dev.sluice.producer.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FanOutStateTest {
  @Test
  void whatOlderVersionsHaveKeptCanBeRead() {
    FanOutState fanOut =
        Json.read(
            """
            {"phase":"RESENDING","state":"PAUSED","rowDue":false,"senderId":"s",
             "cursor":{"createdAt":"2027-03-10T12:00:00Z","id":7},"fed":3,
             "origin":{"key":"","value":"","topic":"t","partition":0,"offset":1},
             "resend":{"statuses":["FAILED"],"offset":4},"windowed":false,"quiet":false}
            """
                .getBytes(StandardCharsets.UTF_8),
            FanOutState.class);

    assertThat(fanOut.fault()).isNull();
    assertThat(fanOut.resentToNobody().state()).isEqualTo(Control.State.PAUSED);
  }
}
