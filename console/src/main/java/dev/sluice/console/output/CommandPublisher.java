package dev.sluice.console.output;

import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Publishes commands and controls, and returns when Kafka has acknowledged them. */
public final class CommandPublisher {
  private final KafkaOutput output;
  private final Topics topics;

  public CommandPublisher(KafkaOutput output, Topics topics) {
    this.output = output;
    this.topics = topics;
  }

  /**
   * Which recipients to resend to.
   *
   * @param reasons only those with one of these error codes; null for all
   * @param recipients only those with these ids; null for all
   */
  public record Resend(
      Set<RecipientStatus> statuses,
      @Nullable Set<String> reasons,
      @Nullable List<Long> recipients) {
    @Override
    public String toString() {
      return statuses
          + (reasons == null ? "" : " for " + reasons)
          + (recipients == null ? "" : " " + recipients.size() + " selected");
    }
  }

  public void publish(UUID campaignId, CampaignCommand.Action action, String who) {
    publish(new CampaignCommand(action, campaignId, who, Instant.now()));
  }

  /** Sends to recipients of a completed campaign once more. */
  public void resend(UUID campaignId, String who, Resend resend) {
    Instant now = Instant.now();
    publish(
        resend.recipients() == null
            ? CampaignCommand.resend(campaignId, who, now, resend.statuses(), resend.reasons())
            : CampaignCommand.resendSelected(
                campaignId, who, now, resend.statuses(), resend.recipients()));
  }

  /**
   * Starts a campaign as it is when the producer reads this.
   *
   * @param approvedBy only if it is still approved then; null for a start that needs no approval
   * @param reviewed only if it has as many recipients then; null for whoever there is
   */
  public void start(
      UUID campaignId, String who, @Nullable String approvedBy, @Nullable Long reviewed) {
    publish(CampaignCommand.start(campaignId, who, Instant.now(), approvedBy, reviewed));
  }

  private void publish(CampaignCommand command) {
    output.write(
        List.of(
            KafkaOutput.record(
                topics.campaignCommands(),
                command.campaignId(),
                EventType.CAMPAIGN_COMMAND,
                command)));
  }

  /** Publishes a sender's control, which lets it send or blocks it. */
  public void control(String senderId, Control control) {
    output.write(
        List.of(
            KafkaOutput.record(
                topics.controls(),
                Control.senderKey(senderId),
                EventType.CONTROL.headers(),
                control)));
  }
}
