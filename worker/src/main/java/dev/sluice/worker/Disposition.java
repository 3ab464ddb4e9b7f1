package dev.sluice.worker;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;

/** The treatment of a task after an attempt, or instead of one. */
sealed interface Disposition {

  /** Publish the result; the task is done. */
  record Publish(SendResult result) implements Disposition {}

  /** Wait in memory and try again. */
  record Wait(Duration delay) implements Disposition {}

  /** Try again from a time on that is too far away to wait for in memory. */
  record Later(Instant until) implements Disposition {}

  /** Wait, and block the whole sender. */
  record BlockSender(Control control) implements Disposition {}

  /** Wait, and pause the whole campaign. */
  record StopCampaign(CampaignCommand pause) implements Disposition {}
}
