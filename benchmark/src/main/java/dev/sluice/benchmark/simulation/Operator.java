package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Truth.Message;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;

/** What people and the provider's receipts do by way of the console. */
final class Operator {
  private static final String NAME = "an operator";

  private final Broker broker;
  private final Topics topics;
  private final Tables tables;
  private final Map<String, Control> controls = new TreeMap<>();
  private int read;

  Operator(Broker broker, Topics topics, Tables tables) {
    this.broker = broker;
    this.topics = topics;
    this.tables = tables;
  }

  /** Creates a campaign and starts it. */
  void begin(UUID campaign, String sender, OnDoubt onDoubt, int recipients) {
    tables.add(campaign, sender, onDoubt, recipients);
    command(CampaignCommand.start(campaign, NAME, Instant.EPOCH, null, null));
  }

  void command(CampaignCommand.Action action, UUID campaign) {
    command(new CampaignCommand(action, campaign, NAME, Instant.EPOCH));
  }

  /** Resends to those who failed or are in doubt. */
  void resend(UUID campaign) {
    command(
        CampaignCommand.resend(
            campaign,
            NAME,
            Instant.EPOCH,
            EnumSet.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED),
            null));
  }

  private void command(CampaignCommand command) {
    broker.append(
        new TopicPartition(topics.campaignCommands(), 0),
        bytes(command.campaignId().toString()),
        Json.write(command));
  }

  /** Unblocks senders that nothing else would unblock, and resumes what is paused. */
  void repair() {
    readControls();
    controls.forEach((key, control) -> {
      if (control.state() == Control.State.BLOCKED && !control.endsByItself()) {
        broker.append(
            new TopicPartition(topics.controls(), 0),
            bytes(key),
            Json.write(new Control(Control.State.RUNNING, NAME)));
      }
    });
    for (UUID campaign : tables.ids()) {
      Control control = controls.get(Control.campaignKey(campaign));
      if (control != null && control.state() == Control.State.PAUSED) {
        command(CampaignCommand.Action.RESUME, campaign);
      }
    }
  }

  private void readControls() {
    Log log = broker.log(new TopicPartition(topics.controls(), 0));
    long end = log.stableEnd();
    for (; read < end; read++) {
      Log.Entry entry = log.get(read);
      if (entry.visible()) {
        controls.put(new String(entry.key(), StandardCharsets.UTF_8), entry.read(Control.class));
      }
    }
  }

  /** Writes the provider's receipt for a message that it has taken. */
  void receipt(Message message) {
    SendResult result =
        SendResult.of(
                message.recipient(),
                message.campaign(),
                message.round(),
                RecipientStatus.DELIVERED,
                Instant.EPOCH)
            .messageId("id." + message.recipient())
            .build();
    broker.append(
        new TopicPartition(topics.sendResults(), 0),
        bytes(message.campaign().toString()),
        Json.write(result));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
