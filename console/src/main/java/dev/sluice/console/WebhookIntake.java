package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a provider's calls tell, on its way: receipts become results, opt-outs suppressions, and
 * what blocks a sender a control.
 */
final class WebhookIntake {
  private static final Logger log = LoggerFactory.getLogger(WebhookIntake.class);

  /** A receipt may overtake the result that carries its message id for about so long. */
  private static final Duration OVERTAKES = Duration.ofMinutes(2);

  private static final Pattern CALLBACK_DATA =
      Pattern.compile("([0-9a-fA-F-]{36}):(\\d{1,18}):(\\d{1,9})");

  /** The user wants nothing from this business (131050), or was blocked by it (130403). */
  private static final Set<String> OPT_OUT = Set.of("131050", "130403");

  /** Locked, unpaid, restricted: nothing more would get through. */
  private static final Set<String> BLOCKING =
      Set.of("131031", "131042", "368", "131048", "131064", "131037", "190");

  private final DSLContext sql;
  private final KafkaOutput output;
  private final Topics topics;
  private final Suppressions suppressions;
  private final OptOutWords optOutWords;
  private final MeterRegistry meters;

  WebhookIntake(
      DSLContext sql,
      KafkaOutput output,
      Suppressions suppressions,
      ConsoleConfig config,
      MeterRegistry meters) {
    this.sql = sql;
    this.output = output;
    this.suppressions = suppressions;
    this.meters = meters;
    topics = config.kafka().topics();
    optOutWords = new OptOutWords(config.webhooks().optOutWords());
  }

  /**
   * Takes what one call told. When it returns, Kafka and PostgreSQL have it.
   *
   * @throws ProblemException 503 if a receipt's message is not known yet; the rest is taken, and
   *     taking it again with the whole call does no harm
   */
  void take(List<WhatsAppUpdate> updates) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    List<WhatsAppUpdate.Receipt> withoutData = new ArrayList<>();
    List<String> leaveAlone = new ArrayList<>();
    List<String> stopped = new ArrayList<>();
    Map<String, String> blocks = new HashMap<>();
    for (WhatsAppUpdate update : updates) {
      switch (update) {
        case WhatsAppUpdate.Receipt receipt -> {
          SendResult result = byCallbackData(receipt);
          if (result == null) {
            withoutData.add(receipt);
          } else {
            records.add(record(result));
          }
          String code = receipt.errorCode();
          if (code != null && BLOCKING.contains(code)) {
            blocks.put(receipt.phoneNumberId(), code + " (receipt): " + receipt.errorDetail());
          }
          count(receipt.status().name());
        }
        case WhatsAppUpdate.Incoming(String from, String text) -> {
          if (optOutWords.contains(text)) {
            leaveAlone.add(e164(from));
          }
        }
        case WhatsAppUpdate.Preference(String from, boolean stop) -> {
          if (stop) {
            stopped.add(e164(from));
          } else {
            suppressions.lift(e164(from));
          }
        }
        case WhatsAppUpdate.Other(String kind) -> count("ignored");
      }
    }
    boolean early = addByMessageId(withoutData, records);
    addBlocks(blocks, records);
    output.write(records);
    suppress(leaveAlone, "opt-out message");
    suppress(stopped, Suppressions.STOPPED);
    if (early) {
      throw ProblemException.unavailable(
          "A receipt's message is not known yet; send it again in a while.");
    }
  }

  private void count(String kind) {
    Counter.builder("sluice.console.receipts")
        .description("Receipts taken")
        .tag("kind", kind)
        .register(meters)
        .increment();
  }

  private void suppress(List<String> phones, String reason) {
    if (!phones.isEmpty()) {
      log.info("{} number(s) suppressed: {}", suppressions.add(phones, reason), reason);
    }
  }

  private static String e164(String waId) {
    return waId.startsWith("+") ? waId : "+" + waId;
  }

  private ProducerRecord<byte[], byte[]> record(SendResult result) {
    return KafkaOutput.record(
        topics.sendResults(), result.campaignId().toString(), Json.write(result));
  }

  private static @Nullable SendResult byCallbackData(WhatsAppUpdate.Receipt receipt) {
    Matcher parts = CALLBACK_DATA.matcher(receipt.callbackData());
    try {
      return parts.matches()
          ? result(
              receipt,
              Long.parseLong(parts.group(2)),
              UUID.fromString(parts.group(1)),
              Integer.parseInt(parts.group(3)))
          : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static SendResult result(
      WhatsAppUpdate.Receipt receipt, long recipientId, UUID campaignId, int round) {
    boolean failed = receipt.status() == RecipientStatus.FAILED;
    return new SendResult(
        recipientId,
        campaignId,
        round,
        receipt.status(),
        receipt.messageId().isEmpty() ? null : receipt.messageId(),
        failed ? receipt.errorCode() : null,
        failed ? receipt.errorDetail() : null,
        0,
        receipt.at(),
        optOut(receipt) ? true : null);
  }

  private static boolean optOut(WhatsAppUpdate.Receipt receipt) {
    String code = receipt.errorCode();
    return receipt.status() == RecipientStatus.FAILED && code != null && OPT_OUT.contains(code);
  }

  /**
   * Finds receipts without our data by their message ids.
   *
   * @return whether one of them is young and unknown: its result may be on its way
   */
  private boolean addByMessageId(
      List<WhatsAppUpdate.Receipt> receipts, List<ProducerRecord<byte[], byte[]>> records) {
    if (receipts.isEmpty()) {
      return false;
    }
    var r = CAMPAIGN_RECIPIENT;
    var ids = receipts.stream().map(WhatsAppUpdate.Receipt::messageId).distinct().toList();
    Map<String, org.jooq.Record4<String, Long, UUID, Integer>> found =
        sql.select(r.PROVIDER_MESSAGE_ID, r.ID, r.CAMPAIGN_ID, r.ROUND)
            .from(r)
            .where(r.PROVIDER_MESSAGE_ID.in(ids))
            .fetchMap(r.PROVIDER_MESSAGE_ID);
    boolean early = false;
    for (WhatsAppUpdate.Receipt receipt : receipts) {
      var row = found.get(receipt.messageId());
      if (row != null) {
        records.add(record(result(receipt, row.value2(), row.value3(), row.value4())));
      } else if (receipt.at().isAfter(Instant.now().minus(OVERTAKES))) {
        early = true;
      } else {
        count("unknown");
      }
    }
    return early;
  }

  /**
   * A block that is told by a receipt stops the sender as one that is told at once.
   *
   * @param reasons by the senders' addresses
   */
  private void addBlocks(
      Map<String, String> reasons, List<ProducerRecord<byte[], byte[]>> records) {
    if (reasons.isEmpty()) {
      return;
    }
    sql.select(SENDER.ID, SENDER.ADDRESS)
        .from(SENDER)
        .where(SENDER.ADDRESS.in(reasons.keySet()))
        .forEach(sender ->
            records.add(
                KafkaOutput.record(
                    topics.controls(),
                    Control.senderKey(sender.value1()),
                    Json.write(new Control(Control.State.BLOCKED, reasons.get(sender.value2()))))));
  }
}
