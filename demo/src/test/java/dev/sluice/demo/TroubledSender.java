package dev.sluice.demo;

import dev.sluice.local.Refusal;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * A sender with campaigns to people of its own, so that one test does not disturb others that use
 * the same services.
 */
final class TroubledSender {
  private final DSLContext sql;
  private final int number;

  /** Adds it, with a number that no other has. */
  TroubledSender(DSLContext sql, int number) {
    this.sql = sql;
    this.number = number;
    sql.execute(
        "INSERT INTO sluice.sender (id, address, rate_per_second) VALUES (?, ?, 200)",
        id(),
        address());
  }

  String id() {
    return "s" + number;
  }

  String address() {
    return "106540%02d".formatted(number);
  }

  /** Returns the phone of a campaign's recipient, from 1. */
  String phone(int recipient) {
    return phone(number, recipient);
  }

  static String phone(int sender, int recipient) {
    return "+551196%02d%05d".formatted(sender, recipient);
  }

  /** Returns refusals of the first recipients, one for each code. */
  List<Refusal> refusals(List<Integer> codes) {
    return refusals(number, codes);
  }

  static List<Refusal> refusals(int sender, List<Integer> codes) {
    return codes.stream()
        .map(code -> Refusal.parse("\\" + phone(sender, codes.indexOf(code) + 1) + "=" + code))
        .toList();
  }

  UUID campaign(int recipients) {
    return campaign(recipients, "{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}");
  }

  UUID campaign(int recipients, String message) {
    UUID id =
        sql.fetchSingle(
                """
                INSERT INTO sluice.campaign (name, sender_id, message)
                VALUES ('trouble', ?, ?::jsonb) RETURNING id
                """,
                id(),
                message)
            .get(0, UUID.class);
    sql.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone)
        SELECT ?, '+551196' || lpad(?::text, 2, '0') || lpad(n::text, 5, '0') FROM generate_series(1, ?) AS n
        """,
        id,
        number,
        recipients);
    return id;
  }
}
