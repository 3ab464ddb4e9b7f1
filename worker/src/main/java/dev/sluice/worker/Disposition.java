package dev.sluice.worker;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;

/** What becomes of a task after an attempt, or instead of one. */
sealed interface Disposition {

  /** It has ended: its result is published and its offset done. */
  record Publish(SendResult result) implements Disposition {}

  /** It waits in memory and is tried again. */
  record Wait(Duration delay) implements Disposition {}

  /** It goes back to the tail of its lane, and this record of it is done. */
  record Requeue(SendRequest copy) implements Disposition {}

  /** It waits, and with it everything of its sender. */
  record BlockSender(Control control) implements Disposition {}

  /** It waits, and with it everything of its campaign. */
  record StopCampaign(CampaignCommand pause) implements Disposition {}
}
