package dev.sluice.producer.sql;

import dev.sluice.producer.state.FanOutState;
import dev.sluice.schema.CampaignStatus;
import java.time.Instant;
import java.util.UUID;

/** Starts campaigns in their rows, each once. */
public interface CampaignStarts {
  /** The outcome of a start. */
  sealed interface Start {}

  /**
   * It is running.
   *
   * @param since when it was started first
   */
  record Started(CampaignRepository.Campaign campaign, CampaignStanding standing, Instant since)
      implements Start {}

  /** This command has started it, and it is complete because it has no recipients. */
  record Empty(CampaignStanding standing) implements Start {}

  /** It is scheduled for later. */
  record Waiting(Instant until) implements Start {}

  /** Its approval was withdrawn, for example because it was changed since. */
  record Unapproved(String approver) implements Start {}

  /** Its start time has come, but was taken away meanwhile, so that it is a draft. */
  record Withdrawn(Instant dueAt) implements Start {}

  /** It has other recipients than somebody has reviewed. */
  record OtherRecipients(long reviewed) implements Start {}

  /** There is nothing to send, because it has ended. */
  record Over(CampaignStatus status) implements Start {}

  /** Its row is locked, for example by an import, whose recipients are to be included. */
  record Held() implements Start {}

  /** Another command has started it, and there is no record of its progress. */
  record StartedBefore() implements Start {}

  /** There is no such campaign. */
  record Unknown() implements Start {}

  /**
   * Starts a campaign; one without recipients is complete at once. A campaign that is already
   * sending continues if this command started it before a crash.
   */
  Start start(UUID campaignId, FanOutState.Origin command, Instant now);

  /** Starts a campaign that does not exist. */
  void rehearse();
}
