package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * One write of a campaign's results or, without results, a read of its row. Results that PostgreSQL
 * refuses are found by bisection, so that all others are written.
 *
 * @param again whether the campaign's previous write failed
 */
record Flush(UUID campaignId, List<SendResult> results, boolean again) {

  /**
   * The outcome of a flush. Results in neither list were not tried, because of the trouble.
   *
   * @param counts the campaign's row as of the last statement, or null if none succeeded
   * @param unknown whether the campaign does not exist
   * @param trouble what ended the flush early, or null
   * @param took how long PostgreSQL took
   */
  record Outcome(
      UUID campaignId,
      List<SendResult> written,
      List<Refused> refused,
      @Nullable CampaignCounts counts,
      boolean unknown,
      @Nullable Trouble trouble,
      Duration took) {
    Outcome after(Duration time) {
      return new Outcome(campaignId, written, refused, counts, unknown, trouble, time);
    }
  }

  /** A result that PostgreSQL refuses on its own, and why. */
  record Refused(SendResult result, String reason) {}

  /** A failure that keeps results from being written for now. */
  record Trouble(Fault fault, String reason) {}

  /** Runs the flush; blocks for as long as the database does. */
  Outcome run(ResultRows rows) {
    Attempt attempt = new Attempt(rows);
    attempt.write(results);
    return attempt.outcome();
  }

  /** Returns an outcome as if the campaign's rows could not be reached. */
  Outcome failed(String reason) {
    return new Outcome(
        campaignId,
        List.of(),
        List.of(),
        null,
        false,
        new Trouble(Fault.BUSY, reason),
        Duration.ZERO);
  }

  private final class Attempt {
    private final ResultRows rows;
    private final List<SendResult> written = new ArrayList<>();
    private final List<Refused> refused = new ArrayList<>();
    private @Nullable CampaignCounts counts;
    private boolean unknown;
    private @Nullable Trouble trouble;

    Attempt(ResultRows rows) {
      this.rows = rows;
    }

    void write(List<SendResult> part) {
      if (unknown || trouble != null) {
        return;
      }
      try {
        Optional<CampaignCounts> after =
            part.isEmpty() ? rows.read(campaignId) : rows.write(campaignId, part);
        if (after.isPresent()) {
          counts = after.get();
          written.addAll(part);
        } else {
          unknown = true;
        }
      } catch (DataAccessException e) {
        failed(part, Fault.of(e), Database.reason(e));
      } catch (RuntimeException e) {
        // Unexpected: hold up only this campaign.
        failed(part, Fault.BUSY, Reasons.of(e));
      }
    }

    private void failed(List<SendResult> part, Fault fault, String reason) {
      if (fault == Fault.BUSY || fault == Fault.UNCLEAR) {
        trouble = new Trouble(othersCanWrite() ? fault : Fault.AWAY, reason);
      } else if (fault == Fault.AWAY || part.isEmpty()) {
        trouble = new Trouble(fault, reason);
      } else if (part.size() == 1) {
        refused.add(new Refused(part.getFirst(), reason));
      } else {
        int half = part.size() / 2;
        write(part.subList(0, half));
        write(part.subList(half, part.size()));
      }
    }

    /**
     * Returns whether a harmless write succeeds. A lock on the whole table, or a database that is
     * too slow, out of memory or shutting down, causes the same errors as a fault in one campaign's
     * rows.
     */
    private boolean othersCanWrite() {
      try {
        rows.rehearse();
        return true;
      } catch (RuntimeException e) {
        return false;
      }
    }

    Outcome outcome() {
      return new Outcome(campaignId, written, refused, counts, unknown, trouble, Duration.ZERO);
    }
  }
}
