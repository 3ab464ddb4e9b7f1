package dev.sluice.runtime.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;

/** A record header that holds text. */
public record TextHeader(String key, String text) implements Header {
  /** Returns headers of these names and texts, in the map's order. */
  public static List<Header> all(Map<String, String> headers) {
    return headers.entrySet().stream()
        .<Header>map(header -> new TextHeader(header.getKey(), header.getValue()))
        .toList();
  }

  @Override
  public byte[] value() {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
