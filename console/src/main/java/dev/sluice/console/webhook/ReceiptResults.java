package dev.sluice.console.webhook;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.any;

import dev.sluice.console.suppression.OptOuts;
import dev.sluice.providers.whatsapp.WebhookEvent.Receipt;
import dev.sluice.schema.CallbackData;
import dev.sluice.schema.OptOutReason;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record4;

/**
 * Turns receipts into results: by the data that went out with our messages, or else by the
 * message's id. A receipt with neither is about a message that others sent from the same number.
 */
final class ReceiptResults {
  /** The user wants nothing from this business (131050), or was blocked by it (130403). */
  private static final Set<String> OPT_OUT = Set.of("131050", "130403");

  private final DSLContext sql;

  ReceiptResults(DSLContext sql) {
    this.sql = sql;
  }

  /** The results of our messages, and the receipts of other messages. */
  record Sorted(List<SendResult> results, List<Receipt> foreign) {}

  /** Returns the results for receipts of our messages, and the remaining receipts. */
  Sorted of(List<Receipt> receipts) {
    List<SendResult> results = new ArrayList<>();
    List<Receipt> foreign = new ArrayList<>();
    List<Receipt> others = new ArrayList<>();
    for (Receipt receipt : receipts) {
      Optional<CallbackData> ours = CallbackData.of(receipt.callbackData());
      if (ours.isPresent()) {
        results.add(result(receipt, ours.get()));
      } else if (!receipt.messageId().isEmpty()) {
        others.add(receipt);
      } else {
        foreign.add(receipt);
      }
    }
    if (!others.isEmpty()) {
      addByMessageId(others, results, foreign);
    }
    return new Sorted(results, foreign);
  }

  private void addByMessageId(
      List<Receipt> receipts, List<SendResult> results, List<Receipt> foreign) {
    var r = CAMPAIGN_RECIPIENT;
    String[] ids = receipts.stream().map(Receipt::messageId).distinct().toArray(String[]::new);
    Map<String, Record4<String, Long, UUID, Integer>> found = new HashMap<>();
    sql.select(r.PROVIDER_MESSAGE_ID, r.ID, r.CAMPAIGN_ID, r.ROUND)
        .from(r)
        .where(r.PROVIDER_MESSAGE_ID.eq(any(ids)))
        .orderBy(r.ID)
        .fetch()
        .forEach(row -> found.put(row.value1(), row));
    for (Receipt receipt : receipts) {
      var row = found.get(receipt.messageId());
      if (row != null) {
        results.add(
            result(receipt, new CallbackData(row.value3(), row.value2(), row.value4(), false)));
      } else {
        foreign.add(receipt);
      }
    }
  }

  /** Returns what a failed message tells of its recipient's wish, if anything. */
  static Optional<OptOuts.Wish> wish(Receipt receipt) {
    String code = receipt.errorCode();
    return code != null && receipt.status() == RecipientStatus.FAILED && OPT_OUT.contains(code)
        ? Optional.of(new OptOuts.Wish(receipt.recipient(), OptOutReason.of(code), receipt.at()))
        : Optional.empty();
  }

  private static SendResult result(Receipt receipt, CallbackData message) {
    boolean failed = receipt.status() == RecipientStatus.FAILED;
    String code = failed ? receipt.errorCode() : null;
    return SendResult.of(
            message.recipientId(),
            message.campaignId(),
            message.round(),
            receipt.status(),
            receipt.at())
        .messageId(receipt.messageId().isEmpty() ? null : receipt.messageId())
        .error(code, failed ? receipt.errorDetail() : null)
        .optOut(code != null && OPT_OUT.contains(code))
        .aliases(receipt.recipient().names())
        .forTest(message.test())
        .build();
  }
}
