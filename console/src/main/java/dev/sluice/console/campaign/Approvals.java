package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.access.Caller;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
   * @return who has approved it
   * @throws dev.sluice.console.http.ProblemException 403 if this person may not start it
   */
  String approve(UUID id, Caller person) {
    String name = person.name().orElseThrow();
    rows.changeOpen(
        id,
        (inside, row) -> {
          FourEyes.of(row).requireStart(person);
          return Map.of(CAMPAIGN.APPROVED_BY, name);
        });
    return name;
  }

  /**
   * Notes who adds recipients to a campaign, if it is a person.
   *
   * @return whether they have written no other part of it
   */
  boolean addAuthor(UUID id, Caller author) {
    List<String> authors = Arrays.asList(rows.read(id, CAMPAIGN.AUTHORS));
    boolean isNew = author.name().filter(name -> !authors.contains(name)).isPresent();
    if (isNew) {
      rows.changeOpen(
          id,
          (inside, row) -> {
            FourEyes approval = FourEyes.of(row);
            approval.requireUnapproved(author);
            return Map.of(CAMPAIGN.AUTHORS, approval.with(author));
          });
    }
    return isNew;
  }
}
