package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Notes in the rows of campaigns who wrote them, and who approved their start. */
final class Approvals {
  private final CampaignRows rows;

  Approvals(CampaignRows rows) {
    this.rows = rows;
  }

  /**
   * Approves the start of a campaign, which nobody changes from then on.
   *
   * @return who has approved it; empty if it needs no approval
   * @throws dev.sluice.console.http.ProblemException 403 if this person may not start it
   */
  Optional<String> approve(UUID id, Caller caller) {
    if (!caller.needsFourEyes()) {
      return Optional.empty();
    }
    rows.changeOpen(
        id,
        (inside, row) -> {
          FourEyes.of(row).requireStart(caller);
          return Map.of(CAMPAIGN.APPROVED_BY, caller.name().orElseThrow());
        });
    return caller.name();
  }

  /** Notes who adds recipients to a campaign, if it is a person. */
  void addAuthor(UUID id, Caller author) {
    if (author.name().isEmpty()) {
      return;
    }
    List<String> authors = List.of(rows.read(id, CAMPAIGN.AUTHORS));
    if (author.name().filter(authors::contains).isEmpty()) {
      rows.changeOpen(
          id,
          (inside, row) -> {
            FourEyes approval = FourEyes.of(row);
            approval.requireUnapproved(author);
            return Map.of(CAMPAIGN.AUTHORS, approval.with(author));
          });
    }
  }
}
