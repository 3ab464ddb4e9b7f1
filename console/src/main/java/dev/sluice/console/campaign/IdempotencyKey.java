package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Json;
import io.javalin.http.Context;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import tools.jackson.databind.cfg.JsonNodeFeature;

/**
 * The key by which a program repeats a request to which it got no response.
 *
 * @param key the program's own
 * @param requestHash tells a repetition from another request with the same key
 */
record IdempotencyKey(String key, String requestHash) {
  private static final String HEADER = "Idempotency-Key";
  private static final Pattern FINE = Pattern.compile("[!-~]{1,255}");

  /**
   * Returns the request's key, if it carries one. The hash covers what the body says, not how it is
   * written: neither the order of fields, nor white space, nor fields that are null.
   */
  static Optional<IdempotencyKey> of(Context context, Object body) {
    String key = context.header(HEADER);
    if (key == null) {
      return Optional.empty();
    }
    if (!FINE.matcher(key).matches()) {
      throw ProblemException.field(HEADER, "has 1 to 255 visible ASCII characters");
    }
    return Optional.of(new IdempotencyKey(key, hash(body)));
  }

  /**
   * Returns the campaign that this request has created before.
   *
   * @throws ProblemException 422 if another request had the same key
   */
  Optional<UUID> campaign(DSLContext sql) {
    return sql.select(CAMPAIGN.ID, CAMPAIGN.REQUEST_HASH)
        .from(CAMPAIGN)
        .where(CAMPAIGN.IDEMPOTENCY_KEY.eq(key))
        .fetchOptional()
        .map(row -> {
          if (!requestHash.equals(row.value2())) {
            throw ProblemException.unprocessable(
                    "Another request had the same Idempotency-Key; use a new one.")
                .with("field", HEADER);
          }
          return row.value1();
        });
  }

  private static String hash(Object body) {
    byte[] sorted =
        Json.MAPPER
            .writer()
            .with(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .writeValueAsBytes(Json.MAPPER.valueToTree(body));
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(sorted));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
