package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests who is at fault if a right or a name is missing. */
class FlushTest {
  private final Fixture fixture = new Fixture();
  private final UUID campaign = fixture.campaign(1);
  private final List<SendResult> results =
      fixture.recipients(campaign).stream()
          .map(id -> Fixture.result(campaign, id, 1, RecipientStatus.SENT))
          .toList();

  /** A trigger or a row-level policy may lack a right on one campaign's rows only. */
  @Test
  void aRightThatIsMissingForOneCampaignIsItsOwnTrouble() {
    fixture.asOwner(
        """
        CREATE FUNCTION sluice.deny() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN RAISE insufficient_privilege; END $$
        """);
    fixture.asOwner(
        "CREATE TRIGGER deny BEFORE UPDATE ON sluice.campaign_recipient FOR EACH ROW"
            + " WHEN (NEW.campaign_id = '"
            + campaign
            + "') EXECUTE FUNCTION sluice.deny()");

    assertThat(trouble().fault()).isEqualTo(Fault.UNCLEAR);
  }

  @Test
  void aRoleThatHasLostItsRightsIsWaitedFor() {
    fixture.asOwner("REVOKE UPDATE ON sluice.campaign FROM sluice_aggregator");

    assertThat(trouble().fault()).isEqualTo(Fault.AWAY);
    assertThat(trouble().reason()).contains("permission denied");
  }

  private Flush.Trouble trouble() {
    Flush.Trouble trouble =
        new Flush(campaign, results, false).run(new StatusStatement(fixture.sql())).trouble();
    assertThat(trouble).isNotNull();
    return trouble;
  }
}
