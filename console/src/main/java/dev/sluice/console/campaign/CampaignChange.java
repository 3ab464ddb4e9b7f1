package dev.sluice.console.campaign;

import dev.sluice.console.http.Bodies;
import dev.sluice.schema.CampaignStatus;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A change of a campaign's fields: a field that is null returns to its default, and one that is not
 * given stays as it is.
 *
 * @param given the names of the fields that are given
 */
record CampaignChange(Draft values, Set<String> given) {

  static CampaignChange read(byte[] body) {
    Draft values = Bodies.read(body, Draft.class);
    return new CampaignChange(values, Bodies.names(body));
  }

  boolean concerns(String field) {
    return given.contains(field);
  }

  Draft of(Draft before) {
    return new Draft(
        of("name", values.name(), before.name()),
        of("sender", values.sender(), before.sender()),
        of("message", values.message(), before.message()),
        of("priority", values.priority(), before.priority()),
        of("onDoubt", values.onDoubt(), before.onDoubt()),
        of("scheduledAt", values.scheduledAt(), before.scheduledAt()),
        of("windowStart", values.windowStart(), before.windowStart()),
        of("windowEnd", values.windowEnd(), before.windowEnd()),
        of("timeZone", values.timeZone(), before.timeZone()),
        of("localTime", values.localTime(), before.localTime()),
        of("ignoreCap", values.ignoreCap(), before.ignoreCap()),
        of("externalId", values.externalId(), before.externalId()));
  }

  /** Returns what it means for the approval of a campaign. */
  FourEyes.Change forApproval(CampaignStatus status, Draft before, Draft after) {
    boolean timed = concerns("scheduledAt");
    return new FourEyes.Change(
        !after.at(null).equals(before.at(null)),
        timed && !Objects.equals(after.scheduledAt(), before.scheduledAt()),
        timed && after.scheduledAt() == null,
        timed ? after.scheduledAt() != null : status == CampaignStatus.SCHEDULED);
  }

  private <T> @Nullable T of(String field, @Nullable T value, @Nullable T before) {
    return concerns(field) ? value : before;
  }
}
