package dev.sluice.runtime.kafka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The headers of campaigns' records: {@code type}, {@code campaign}, and the {@code traceparent} of
 * the command that started the campaign, if it had one. They are cached by campaign, as every
 * message needs them. Not thread-safe.
 */
public final class CampaignHeaders {
  private static final String CAMPAIGN = "campaign";
  private static final String TRACEPARENT = "traceparent";

  /** The format of W3C Trace Context, with room for later versions. */
  private static final Pattern TRACE =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]{0,100})?");

  private static final int MOST = 10_000;

  /** The most recently used campaigns. */
  private final SequencedMap<UUID, Known> campaigns = new LinkedHashMap<>(16, 0.75f, true);

  private record Known(Header campaign, @Nullable Header traceparent) {}

  /** Returns the headers of a campaign's record. */
  public List<Header> of(EventType type, UUID campaign) {
    Known known = campaigns.get(campaign);
    if (known == null) {
      known = new Known(campaign(campaign), null);
      keep(campaign, known);
    }
    return known.traceparent() == null
        ? List.of(type.header(), known.campaign())
        : List.of(type.header(), known.campaign(), known.traceparent());
  }

  /** Adopts the trace of a record of the campaign, if it has one. */
  public void hear(UUID campaign, Headers headers) {
    Header heard = headers.lastHeader(TRACEPARENT);
    if (heard == null) {
      return;
    }
    Known known = campaigns.get(campaign);
    Header before = known == null ? null : known.traceparent();
    if (before == null || !Arrays.equals(before.value(), heard.value())) {
      trace(campaign, traceparent(headers));
    }
  }

  /** Sets the trace of the campaign's records from now on; null leaves it unchanged. */
  public void trace(UUID campaign, @Nullable String traceparent) {
    if (traceparent != null) {
      keep(campaign, new Known(campaign(campaign), new TextHeader(TRACEPARENT, traceparent)));
    }
  }

  private void keep(UUID campaign, Known known) {
    campaigns.put(campaign, known);
    if (campaigns.size() > MOST) {
      campaigns.pollFirstEntry();
    }
  }

  /** Returns the trace that a record belongs to, or null if it has none or an invalid one. */
  public static @Nullable String traceparent(Iterable<Header> headers) {
    Header header = null;
    for (Header one : headers) {
      header = one.key().equals(TRACEPARENT) ? one : header;
    }
    if (header == null || header.value() == null || header.value().length > 200) {
      return null;
    }
    String text = new String(header.value(), StandardCharsets.UTF_8);
    return TRACE.matcher(text).matches() ? text : null;
  }

  /** Returns those of a record's headers that name its campaign and trace. */
  public static List<Header> belonging(Headers headers) {
    List<Header> belonging = new ArrayList<>();
    for (String name : List.of(CAMPAIGN, TRACEPARENT)) {
      Header header = headers.lastHeader(name);
      if (header != null && header.value() != null && header.value().length <= 200) {
        belonging.add(header);
      }
    }
    return belonging;
  }

  /** Returns the header that names a campaign. */
  public static Header campaign(UUID campaign) {
    return new TextHeader(CAMPAIGN, campaign.toString());
  }
}
