package dev.sluice.console.campaign;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The start time of a campaign as far as whoever changes it knows: others may have set another.
 *
 * @param at null for none
 */
record KnownTime(@Nullable Instant at) {
  private static final String NAME = "ifScheduledAt";

  /**
   * Returns the time on whose condition a request is made. An empty one is no condition, but wrong.
   */
  static Optional<KnownTime> of(Context context) {
    return Optional.ofNullable(context.queryParam(NAME))
        .map(text -> new KnownTime(text.equals("none") ? null : Fields.moment(NAME, text)));
  }

  /** Refuses a change of a campaign that has another start time. */
  void require(@Nullable Instant now) {
    if (Objects.equals(now, at)) {
      return;
    }
    throw now == null
        ? ProblemException.conflict(
            "Somebody has removed the campaign's start time in the meantime; nothing was changed.")
        : ProblemException.conflict(
                "Somebody has set the start time " + now + " in the meantime, which was kept.")
            .with("scheduledAt", now);
  }
}
