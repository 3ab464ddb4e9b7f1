package dev.sluice.producer.sql;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.ZonePasses;
import dev.sluice.schema.Json;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.JSONB;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads a campaign's pending recipients page by page. */
public interface RecipientPages {
  /** The longest variables of one recipient that are read, bytes as text. */
  int LONGEST_VARIABLES = 64 * 1024;

  /**
   * One recipient.
   *
   * @param stored the variables as they are stored; null if they are too large to be read, or once
   *     they were rendered. As objects they would take more than ten times as much memory
   * @param suppressed whether this person is suppressed, under any name
   * @param counted whether this number already counts towards the sender's daily limit
   * @param fits whether the variables of the page up to here fit in memory; else they are missing
   * @param externalId the upstream's own key, or null if it has none
   */
  record Recipient(
      long id,
      String phone,
      @Nullable JSONB stored,
      int round,
      Instant createdAt,
      boolean suppressed,
      boolean counted,
      boolean fits,
      @Nullable String externalId) {

    /**
     * Returns those of the variables that have these names; empty if they are too large to be read.
     * Other programs write this column; anything but a plain value counts as missing.
     */
    public Optional<Map<String, String>> variables(Set<String> names) {
      return Optional.ofNullable(stored).map(json -> read(json, names));
    }

    private static Map<String, String> read(JSONB json, Set<String> names) {
      Map<String, String> variables = new HashMap<>();
      try {
        JsonNode all = Json.MAPPER.readTree(json.data());
        for (String name : names) {
          JsonNode value = all.path(name);
          if (value.isValueNode() && !value.isNull()) {
            variables.put(name, value.asString());
          }
        }
      } catch (JacksonException | ArithmeticException e) {
        // Nested too deeply, or an extreme number: treat as no variables.
        return Map.of();
      }
      return variables;
    }

    /** Returns the same without variables, which take memory until its message is written. */
    public Recipient withoutVariables() {
      return new Recipient(
          id, phone, null, round, createdAt, suppressed, counted, fits, externalId);
    }

    public Cursor cursor() {
      return new Cursor(createdAt, id);
    }
  }

  /**
   * Returns how far the next page may look; null for to the end. Those beyond it stay beyond it, as
   * recipients only cease to be pending while a campaign is fed.
   */
  @Nullable Cursor reach(UUID campaignId, @Nullable ZonePasses zones, Cursor cursor);

  /**
   * Returns the next recipients after the cursor; fewer than the limit if they are the last up to
   * the reach.
   *
   * @param zones those of their current pass, or null for recipients of all zones
   * @param reach the last recipient to look at, or null for to the end
   * @param countedFor the sender whose daily limit is to be kept, or null if it has none
   */
  List<Recipient> after(
      UUID campaignId,
      @Nullable ZonePasses zones,
      Cursor cursor,
      @Nullable Cursor reach,
      int limit,
      @Nullable String countedFor);

  /** Returns those of these recipients who are pending, in their current state. */
  List<Recipient> pending(UUID campaignId, Collection<Long> ids, @Nullable String countedFor);

  /** Returns recipients who are in no table, but were read as others are. */
  List<Recipient> madeUp(int count);
}
