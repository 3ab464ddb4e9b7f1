package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PassTest {
  @Test
  void whatOlderVersionsHaveKeptCanBeRead() {
    Pass pass =
        Json.read(
            """
            {"phase":"RESENDING","state":"PAUSED","rowDue":false,"senderId":"s",
             "cursor":{"createdAt":"2027-03-10T12:00:00Z","id":7},"fed":3,
             "origin":{"key":"","value":"","topic":"t","partition":0,"offset":1},
             "resend":{"statuses":["FAILED"],"offset":4},"windowed":false,"quiet":false}
            """
                .getBytes(StandardCharsets.UTF_8),
            Pass.class);

    assertThat(pass.fault()).isNull();
    assertThat(pass.resentToNobody().state()).isEqualTo(Control.State.PAUSED);
  }
}
