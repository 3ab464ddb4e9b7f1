package dev.sluice.console.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.Control;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class KafkaOutputTest {
  @Test
  void aRecordSaysWhatItIsAndWhose() {
    UUID campaign = UUID.randomUUID();
    Control control = new Control(Control.State.PAUSED, null);
    ProducerRecord<byte[], byte[]> command =
        KafkaOutput.record("t", campaign, EventType.CAMPAIGN_COMMAND, control);

    assertThat(header(command, "type")).isEqualTo("campaign-command");
    assertThat(header(command, "campaign")).isEqualTo(campaign.toString());
    assertThat(
            header(
                KafkaOutput.record("t", "sender/s", EventType.CONTROL.headers(), control), "type"))
        .isEqualTo("control");
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
