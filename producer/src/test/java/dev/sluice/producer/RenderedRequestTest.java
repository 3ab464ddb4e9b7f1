package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.RecipientPages;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneRates;
import dev.sluice.schema.MessageTemplate;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.JSONB;
import org.junit.jupiter.api.Test;

class RenderedRequestTest {
  private static final CampaignRepository.Sender SENDER =
      new CampaignRepository.Sender(
          new SendRequest.Sender("s", "whatsapp", "106540352242922"),
          new LaneRates(80, 1),
          null,
          null);

  private static final CampaignRepository.Campaign CAMPAIGN =
      new CampaignRepository.Campaign(
          new UUID(0, 1),
          "s",
          new MessageTemplate(
              Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}")),
          OnDoubt.HOLD,
          1,
          null,
          false,
          null);

  /** Otherwise a few pages of many small variables would fill the producer's memory. */
  @Test
  void aMessageThatWaitsToBeWrittenHoldsNoVariables() {
    RenderedRequest rendered =
        RenderedRequest.to(CAMPAIGN, SENDER, recipient("Ana"), null, Instant.EPOCH);

    assertThat(rendered)
        .isInstanceOfSatisfying(
            RenderedRequest.Message.class,
            message -> {
              assertThat(message.recipient().stored()).isNull();
              assertThat(message.body().at("/text/body").asString()).isEqualTo("Hi Ana");
              assertThat(message.through(SENDER, 0).to()).isEqualTo("+5511960000001");
            });
  }

  @Test
  void onlyTheVariablesOfTheMessageAreRead() {
    assertThat(recipient("Ana").variables(Set.of("name", "other"))).contains(Map.of("name", "Ana"));
  }

  private static RecipientPages.Recipient recipient(String name) {
    String others =
        IntStream.range(0, 1_000)
            .mapToObj(i -> "\"v" + i + "\":" + i)
            .collect(Collectors.joining(","));
    return new RecipientPages.Recipient(
        1,
        "+5511960000001",
        JSONB.valueOf("{\"name\":\"" + name + "\"," + others + "}"),
        1,
        Instant.EPOCH,
        false,
        true,
        true,
        null);
  }
}
