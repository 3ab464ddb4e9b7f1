package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one campaign's progress: a line every 50 messages, at most two per second, and a final one.
 */
final class Progress {
  private static final Logger log = LoggerFactory.getLogger(Progress.class);
  private static final long STEP = 50;
  private static final long QUIET_MILLIS = 500;

  private final String name;
  private final long firstMillis;
  private long lastStep;
  private long lastMillis;
  private final long alreadyProcessed;

  Progress(UUID campaignId, long alreadyProcessed, long nowMillis) {
    this.name = brief(campaignId);
    this.alreadyProcessed = alreadyProcessed;
    this.lastStep = alreadyProcessed / STEP;
    this.firstMillis = nowMillis;
  }

  /** Returns a campaign's name in the log. */
  static String brief(UUID campaignId) {
    return campaignId.toString().substring(0, 4);
  }

  void report(PendingBatch batch, long nowMillis) {
    CampaignCounts counts = batch.counts();
    long step = batch.processed() / STEP;
    if (counts == null || step <= lastStep || nowMillis - lastMillis < QUIET_MILLIS) {
      return;
    }
    lastStep = step;
    lastMillis = nowMillis;
    double seconds = Math.max(1, nowMillis - firstMillis) / 1000.0;
    log.info(
        "[campaign {}] {}/{} processed | {} msg/s | {}",
        name,
        batch.processed(),
        counts.total(),
        rate(batch.processed() - alreadyProcessed, seconds),
        outcomes(batch));
  }

  void completed(CampaignCounts counts) {
    if (counts.startedAt() == null || counts.completedAt() == null) {
      return;
    }
    double seconds = Duration.between(counts.startedAt(), counts.completedAt()).toMillis() / 1000.0;
    PendingBatch written = new PendingBatch();
    written.loadCounts(counts);
    log.info(
        "[campaign {}] completed: {}/{} in {} s | {} msg/s | {}",
        name,
        counts.settled(),
        counts.total(),
        String.format(Locale.ROOT, "%.1f", seconds),
        rate(counts.settled(), seconds),
        outcomes(written));
  }

  private static String rate(long messages, double seconds) {
    return String.format(Locale.ROOT, "%.1f", messages / Math.max(seconds, 0.001));
  }

  private static String outcomes(PendingBatch batch) {
    long sent =
        batch.count(RecipientStatus.SENT)
            + batch.count(RecipientStatus.DELIVERED)
            + batch.count(RecipientStatus.READ);
    StringBuilder text = new StringBuilder("sent ").append(sent);
    text.append(" failed ").append(batch.count(RecipientStatus.FAILED));
    appendIfAny(text, " unconfirmed ", batch.count(RecipientStatus.UNCONFIRMED));
    appendIfAny(text, " suppressed ", batch.count(RecipientStatus.SUPPRESSED));
    return text.toString();
  }

  private static void appendIfAny(StringBuilder text, String name, long count) {
    if (count > 0) {
      text.append(name).append(count);
    }
  }
}
