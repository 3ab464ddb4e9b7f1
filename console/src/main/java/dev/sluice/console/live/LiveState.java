package dev.sluice.console.live;

import dev.sluice.schema.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The state of a watched thing, and the events that bring a viewer to it. */
sealed interface LiveState {
  byte[] NOTHING = {};

  /** Returns the event for a viewer that has seen nothing yet. */
  byte[] whole();

  /** Returns the event for a viewer that has seen another state; empty if the two are the same. */
  Optional<byte[]> since(LiveState seen);

  /** Returns the state of one thing, sent as a whole whenever it changes. */
  static LiveState one(String event, Object thing) {
    return new One(event, json(thing));
  }

  /**
   * A list with an {@code id} in each row, told as a whole at first, then as the rows that are new
   * or have changed, in an event {@code changes}, and the ids that have left it, in an event {@code
   * gone}.
   */
  static LiveState list(String event, List<? extends Map<String, @Nullable Object>> rows) {
    Map<String, String> byId = new LinkedHashMap<>();
    rows.forEach(row -> byId.put(String.valueOf(row.get("id")), json(row)));
    return new Rows(event, byId);
  }

  /** One thing, as JSON. */
  record One(String event, String json) implements LiveState {
    @Override
    public byte[] whole() {
      return bytes(event, json);
    }

    @Override
    public Optional<byte[]> since(LiveState seen) {
      return equals(seen) ? Optional.empty() : Optional.of(whole());
    }
  }

  /** The rows of a list, as JSON by their ids. */
  record Rows(String event, Map<String, String> rows) implements LiveState {
    @Override
    public byte[] whole() {
      return bytes(event, array(rows.values()));
    }

    @Override
    public Optional<byte[]> since(LiveState seen) {
      if (!(seen instanceof Rows before)) {
        return Optional.of(whole());
      }
      List<String> changed =
          rows.entrySet().stream()
              .filter(row -> !row.getValue().equals(before.rows.get(row.getKey())))
              .map(Map.Entry::getValue)
              .toList();
      List<String> gone =
          before.rows.keySet().stream()
              .filter(id -> !rows.containsKey(id))
              .map(LiveState::json)
              .toList();
      byte[] events =
          both(
              changed.isEmpty() ? NOTHING : bytes("changes", array(changed)),
              gone.isEmpty() ? NOTHING : bytes("gone", array(gone)));
      return events.length == 0 ? Optional.empty() : Optional.of(events);
    }

    private static String array(Collection<String> rows) {
      return "[" + String.join(",", rows) + "]";
    }
  }

  /**
   * The state that was read last, after a read that failed; sent as an event {@code stale}. The
   * next state is sent as a whole.
   */
  record Stale(LiveState last) implements LiveState {
    private static final byte[] EVENT = bytes("stale", "{}");

    @Override
    public byte[] whole() {
      return both(last.whole(), EVENT);
    }

    @Override
    public Optional<byte[]> since(LiveState seen) {
      return equals(seen)
          ? Optional.empty()
          : Optional.of(both(last.since(seen).orElse(NOTHING), EVENT));
    }
  }

  private static byte[] both(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String json(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  // JSON as it is written here has no line breaks, which would end the data.
  private static byte[] bytes(String event, String json) {
    return ("event: " + event + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
  }
}
