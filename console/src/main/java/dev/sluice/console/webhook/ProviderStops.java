package dev.sluice.console.webhook;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.STOPPED_CAMPAIGN;

import dev.sluice.console.output.KafkaOutput;
import dev.sluice.providers.whatsapp.WebhookEvent.AccountRestricted;
import dev.sluice.providers.whatsapp.WebhookEvent.SenderTrouble;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Control;
import dev.sluice.schema.Topics;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Stops what the provider forbids: senders whose account may not send, and campaigns whose template
 * may not be used. Reports from before the last change of the state, by people or by a worker, are
 * ignored: calls come late and repeatedly.
 */
final class ProviderStops {
  private static final int LONGEST_REASON = 1_000;

  private final DSLContext sql;
  private final ControlsView controls;
  private final Topics topics;

  ProviderStops(DSLContext sql, ControlsView controls, Topics topics) {
    this.sql = sql;
    this.controls = controls;
    this.topics = topics;
  }

  private record Cause(String reason, Instant at) {}

  private static void note(Map<String, Cause> causes, String key, Cause cause) {
    causes.merge(key, cause, (one, other) -> other.at().isAfter(one.at()) ? other : one);
  }

  /** Returns the controls that block the affected senders, unless they are blocked already. */
  List<ProducerRecord<byte[], byte[]>> blocks(
      List<SenderTrouble> troubles, List<AccountRestricted> restrictions) {
    Map<String, Cause> byAddress = new HashMap<>();
    Map<String, Cause> byAccount = new HashMap<>();
    for (SenderTrouble trouble : troubles) {
      String reason = trouble.code() + " (told by a webhook): " + trouble.detail();
      note(byAddress, trouble.business().phoneNumberId(), new Cause(reason, trouble.at()));
    }
    for (AccountRestricted restricted : restrictions) {
      note(byAccount, restricted.account(), new Cause(restricted.reason(), restricted.at()));
    }
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    if (!byAddress.isEmpty() || !byAccount.isEmpty()) {
      sql.select(SENDER.ID, SENDER.ADDRESS, SENDER.ACCOUNT, SENDER.CREATED_AT)
          .from(SENDER)
          .where(SENDER.PROVIDER.eq(WhatsAppProvider.NAME))
          .fetch()
          .forEach(sender ->
              Stream.concat(
                      Stream.ofNullable(byAddress.get(sender.value2())),
                      ofAccount(byAccount, sender.value3()))
                  .filter(cause -> isNews(sender.value1(), sender.value4(), cause))
                  .max(Comparator.comparing(Cause::at))
                  .ifPresent(cause -> records.add(block(sender.value1(), cause))));
    }
    return records;
  }

  /** A sender whose account no call has told yet may belong to any account. */
  private static Stream<Cause> ofAccount(Map<String, Cause> byAccount, @Nullable String account) {
    return account == null
        ? byAccount.values().stream()
        : Stream.ofNullable(byAccount.get(account));
  }

  /** A block that ends by itself gives way to one that only people lift. */
  private boolean isNews(String senderId, Instant createdAt, Cause cause) {
    Control control = controls.sender(senderId);
    return (control.state() != Control.State.BLOCKED || control.endsByItself())
        && !isBefore(cause.at(), createdAt)
        && !isOlder(cause.at(), Control.senderKey(senderId));
  }

  private boolean isOlder(Instant at, String key) {
    return controls.writtenAt(key).map(written -> isBefore(at, written)).orElse(false);
  }

  /** The provider's times are whole seconds, so what happened in the same second counts as new. */
  private static boolean isBefore(Instant at, Instant changed) {
    return at.isBefore(changed.truncatedTo(ChronoUnit.SECONDS));
  }

  private ProducerRecord<byte[], byte[]> block(String senderId, Cause cause) {
    Control blocked =
        new Control(Control.State.BLOCKED, Clipped.to(LONGEST_REASON, cause.reason()));
    return KafkaOutput.record(
        topics.controls(), Control.senderKey(senderId), EventType.CONTROL.headers(), blocked);
  }

  /**
   * Returns the commands that pause sending campaigns whose template is stopped.
   *
   * @param templates the names of the templates just reported; campaigns with other templates,
   *     which people may have resumed, are left alone
   */
  List<ProducerRecord<byte[], byte[]>> pauses(Set<String> templates) {
    return sql
        .select(STOPPED_CAMPAIGN.ID, STOPPED_CAMPAIGN.REASON, STOPPED_CAMPAIGN.AT)
        .from(STOPPED_CAMPAIGN)
        .join(CAMPAIGN)
        .on(CAMPAIGN.ID.eq(STOPPED_CAMPAIGN.ID))
        .where(CAMPAIGN.STATUS.eq(CampaignStatus.SENDING))
        .and(
            DSL.field(
                    "jsonb_extract_path_text({0}, 'template', 'name')",
                    String.class, CAMPAIGN.MESSAGE)
                .in(templates))
        .fetch()
        .stream()
        .filter(row -> !isOlder(row.value3(), Control.campaignKey(row.value1())))
        .map(row -> pause(row.value1(), row.value2()))
        .toList();
  }

  private ProducerRecord<byte[], byte[]> pause(UUID campaignId, String reason) {
    CampaignCommand command =
        new CampaignCommand(
            CampaignCommand.Action.PAUSE,
            campaignId,
            "the provider",
            Instant.now(),
            Clipped.to(LONGEST_REASON, reason),
            null);
    return KafkaOutput.record(
        topics.campaignCommands(), campaignId, EventType.CAMPAIGN_COMMAND, command);
  }
}
