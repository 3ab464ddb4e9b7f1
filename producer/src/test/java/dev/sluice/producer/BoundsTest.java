package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.producer.sql.FanOutRepositories;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jooq.Field;
import org.junit.jupiter.api.Test;

/** Tests the bounds on what the database accepts from other programs. */
class BoundsTest extends FanOutTest {

  @Test
  void whatOtherProgramsInsertIsBounded() {
    UUID campaign = fixture.campaign(sender, 1);
    refused("campaign_name_bound", () -> set(campaign, CAMPAIGN.NAME, "x".repeat(1_001)));
    refused(
        "campaign_time_zone_bound", () -> set(campaign, CAMPAIGN.TIME_ZONE, "Europe/Berlin; no"));
    refused(
        "campaign_message_bound",
        () ->
            fixture
                .sql()
                .execute(
                    "UPDATE sluice.campaign"
                        + " SET message = jsonb_build_object('a', repeat('x', 300000))"
                        + " WHERE id = ?",
                    campaign));
    refused(
        "campaign_recipient_variables_bound",
        () ->
            fixture.setVariables(
                campaign, "+5511960000001", "{\"a\":\"" + "x".repeat(70_000) + "\"}"));
  }

  /** Any sender that the database accepts can be put into a request. */
  @Test
  void aSenderIsBoundedAsInRequests() {
    set(SENDER.ADDRESS, "1".repeat(500));
    set(SENDER.PROVIDER, "p".repeat(100));
    FanOutRepositories sql = FanOutRepositories.of(fixture.producer(), () -> now, () -> now, null);
    assertThat(sql.rows().sender(sender).identity().address()).hasSize(500);

    refused("sender_address_bound", () -> set(SENDER.ADDRESS, "1".repeat(501)));
    refused("sender_provider_bound", () -> set(SENDER.PROVIDER, "p".repeat(101)));
    refused("sender_provider_bound", () -> set(SENDER.PROVIDER, ""));
  }

  private void set(Field<String> field, String value) {
    fixture.sql().update(SENDER).set(field, value).where(SENDER.ID.eq(sender)).execute();
  }

  @Test
  void timesAreFinite() {
    UUID campaign = fixture.campaign(sender, 1);
    for (String column : List.of("created_at", "scheduled_at", "started_at", "completed_at")) {
      refused(
          "campaign_times_are_finite",
          () ->
              fixture
                  .sql()
                  .execute(
                      "UPDATE sluice.campaign SET " + column + " = '-infinity' WHERE id = ?",
                      campaign));
    }
    refused(
        "campaign_recipient_time_is_finite",
        () ->
            fixture
                .sql()
                .execute(
                    "UPDATE sluice.campaign_recipient SET created_at = 'infinity'"
                        + " WHERE campaign_id = ?",
                    campaign));
  }

  @Test
  void rowsThatAreOlderThanTheBoundsCanStillBeSettled() {
    UUID campaign = fixture.campaign(sender, 1);
    fixture.setLargeVariables(campaign, "+5511960000001", "a", 70_000);
    fixture
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'SENDING', name = repeat('x', 2000) WHERE id = ?",
            campaign);

    assertThatCode(
            () -> {
              fixture
                  .sql()
                  .execute(
                      "UPDATE sluice.campaign_recipient SET status = 'FAILED' WHERE campaign_id = ?",
                      campaign);
              fixture
                  .sql()
                  .execute(
                      "UPDATE sluice.campaign SET status = 'PAUSED', failed = 1 WHERE id = ?",
                      campaign);
            })
        .doesNotThrowAnyException();
  }

  private static void refused(String constraint, ThrowingCallable statement) {
    assertThatThrownBy(statement).hasMessageContaining(constraint);
  }
}
