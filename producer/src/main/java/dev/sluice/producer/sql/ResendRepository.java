package dev.sluice.producer.sql;

import dev.sluice.producer.state.FanOutState;
import java.util.UUID;

/**
 * Resets recipients of a completed campaign to pending, in short batches, in a new round: the only
 * way in which a status falls. Results of older rounds are ignored from then on.
 */
public interface ResendRepository {
  /** The progress of a resend. */
  enum Progress {
    /** Another step is to follow. */
    MORE,
    /** Every recipient concerned is pending. */
    READY,
    /** No recipient is concerned, or the campaign's state does not allow it. */
    NOTHING_TO_DO
  }

  /** Runs one batch. Repeating a step that was done before a crash does no harm. */
  Progress step(UUID campaignId, FanOutState.Resend resend);
}
