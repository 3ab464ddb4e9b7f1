package dev.sluice.runtime.kafka;

import dev.sluice.schema.Topics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The kind of a record: its header {@code type}, for readers that do not parse the value. */
public enum EventType {
  CAMPAIGN_COMMAND,
  SEND_REQUEST,
  RETURNED_REQUEST,
  SEND_RESULT,
  CONTROL,
  CAMPAIGN_EVENT,
  REPLY,
  DEAD_LETTER;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** Returns the type of the records of a topic, or null if the topic is not one of these. */
  public static @Nullable EventType of(String topic, Topics topics) {
    return Map.of(
            topics.campaignCommands(), CAMPAIGN_COMMAND,
            topics.sendRequests(), SEND_REQUEST,
            topics.returnedRequests(), RETURNED_REQUEST,
            topics.sendResults(), SEND_RESULT,
            topics.controls(), CONTROL,
            topics.campaignEvents(), CAMPAIGN_EVENT,
            topics.replies(), REPLY,
            topics.deadLetters(), DEAD_LETTER)
        .get(topic);
  }

  /** Returns the header's text. */
  public String text() {
    return text;
  }

  /** Returns the header. */
  public Header header() {
    return new TextHeader("type", text);
  }

  /** Returns the headers of a record that belongs to no campaign. */
  public List<Header> headers() {
    return List.of(header());
  }

  /** Returns the headers of a campaign's record. */
  public List<Header> headers(UUID campaign) {
    return List.of(header(), CampaignHeaders.campaign(campaign));
  }
}
