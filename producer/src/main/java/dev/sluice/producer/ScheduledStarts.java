package dev.sluice.producer;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.schema.CampaignCommand;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts scheduled campaigns that are due. It writes an ordinary start command, so that a crash in
 * the middle of a start is handled the same way.
 */
final class ScheduledStarts {
  private static final Logger log = LoggerFactory.getLogger(ScheduledStarts.class);

  /** How often, and how far ahead, scheduled campaigns are looked up. */
  private static final Duration EVERY = Duration.ofSeconds(5);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** The id of its reads among the campaigns' tasks. */
  private static final UUID NOBODY = new UUID(0, 0);

  private final CampaignRepository rows;
  private final DatabaseTasks tasks;
  private final InstantSource clock;
  private final InstantSource steady;
  private final FanOutStore fanOuts;
  private final Output output;
  private final Map<UUID, CampaignRepository.Due> due = new HashMap<>();
  private Instant readAgainAt = Instant.MIN;

  ScheduledStarts(
      CampaignRepository rows,
      DatabaseTasks tasks,
      InstantSource clock,
      InstantSource steady,
      FanOutStore fanOuts,
      Output output) {
    this.rows = rows;
    this.tasks = tasks;
    this.clock = clock;
    this.steady = steady;
    this.fanOuts = fanOuts;
    this.output = output;
  }

  void iterate() {
    Instant now = clock.instant();
    Instant asked = steady.instant();
    if (!asked.isBefore(readAgainAt)) {
      readAgainAt = asked.plus(AFTER_FAILURE);
      tasks.start(
          NOBODY,
          () -> true,
          () -> {
            Map<UUID, CampaignRepository.Due> read = rows.scheduledUntil(now.plus(EVERY));
            return () -> {
              due.clear();
              due.putAll(read);
              readAgainAt = asked.plus(EVERY);
            };
          });
    }
    // Once: if its transaction is aborted, the row is still scheduled when it is read again.
    due.entrySet()
        .removeIf(entry ->
            !entry.getValue().at().isAfter(now) && told(entry.getKey(), entry.getValue(), now));
  }

  private boolean told(UUID id, CampaignRepository.Due due, Instant now) {
    if (fanOuts.find(id) == null) {
      log.info("[campaign {}] its scheduled start is due", FanOutStore.brief(id));
      output.command(
          CampaignCommand.due(id, "the producer's schedule", now, due.approvedBy(), due.at()));
      output.commitSoon();
    }
    return true;
  }
}
