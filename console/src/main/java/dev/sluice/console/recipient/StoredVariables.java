package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.octetLength;
import static org.jooq.impl.DSL.when;

import dev.sluice.schema.Json;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Recipients' variables as they are stored: other programs write them, and old rows have no bound.
 */
final class StoredVariables {
  private static final int LONGEST_BYTES = 64 * 1024;

  /** The column; null if it is longer than what may be inserted now. */
  static final Field<JSONB> WITHIN_BOUND =
      when(
              octetLength(CAMPAIGN_RECIPIENT.VARIABLES.cast(SQLDataType.CLOB)).le(LONGEST_BYTES),
              CAMPAIGN_RECIPIENT.VARIABLES)
          .as(CAMPAIGN_RECIPIENT.VARIABLES);

  private StoredVariables() {}

  /** Returns a recipient's variables; null if they are too long, or nested too deeply. */
  static @Nullable JsonNode of(Record recipient) {
    JSONB stored = recipient.get(CAMPAIGN_RECIPIENT.VARIABLES);
    if (stored == null) {
      return null;
    }
    try {
      return Json.MAPPER.readTree(stored.data());
    } catch (JacksonException | ArithmeticException e) {
      return null;
    }
  }

  /** Returns how many characters of variables a record holds. */
  static int length(Record recipient) {
    JSONB stored = recipient.get(CAMPAIGN_RECIPIENT.VARIABLES);
    return stored == null ? 0 : stored.data().length();
  }
}
