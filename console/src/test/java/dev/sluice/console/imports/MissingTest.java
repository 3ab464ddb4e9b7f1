package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A campaign with more recipients than can be checked while a user waits for its start. */
class MissingTest {
  private static final int RECIPIENTS = 200_000;
  private static final Duration ENOUGH = Duration.ofSeconds(60);
  private static final Duration TOO_LITTLE = Duration.ofMillis(1);
  private static final Campaigns CAMPAIGNS = new Campaigns();
  private static final DSLContext SQL = CAMPAIGNS.sql();
  private static final UUID CAMPAIGN = CAMPAIGNS.create("{\"a\":\"{{city}} {{name}}\"}");

  @BeforeAll
  static void fill() {
    // Every tenth has no city, and the second half has no name.
    SQL.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
        SELECT ?, '+55' || (1196000000 + n),
               jsonb_strip_nulls(jsonb_build_object(
                 'city', CASE WHEN n % 10 > 0 THEN 'Rio' END,
                 'name', CASE WHEN n <= 100000 THEN 'Ana' END))
        FROM generate_series(1, ?) AS n
        """,
        CAMPAIGN, RECIPIENTS);
  }

  @AfterAll
  static void close() {
    CAMPAIGNS.close();
  }

  @Test
  void allAreCountedWhereThatCanBeDoneInTime() {
    assertThat(Missing.of(SQL, CAMPAIGN, ENOUGH, TOO_LITTLE))
        .isEqualTo(new Missing(110_000, Map.of("city", 20_000L, "name", 100_000L), false));
  }

  /** An empty parameter of a template is refused, while a text is sent with a gap. */
  @Test
  void aBlankIsNothingOnlyWhereATemplatesParameterConsistsOfIt() {
    UUID campaign =
        CAMPAIGNS.create(
            """
            {"type": "template", "template": {"components": [{"type": "body", "parameters": [
              {"type": "text", "text": "{{ city }}"}, {"type": "text", "text": "Hi {{name}}"}]}]}}
            """);
    SQL.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
        VALUES (?, '+4915100000001', '{"city": " ", "name": ""}'),
               (?, '+4915100000002', '{"city": "Rio", "name": ""}'),
               (?, '+4915100000003', '{"city": "", "other": ""}'),
               (?, '+4915100000004', '{"city": "Rio"}')
        """,
        campaign,
        campaign,
        campaign,
        campaign);

    assertThat(Missing.of(SQL, campaign, ENOUGH, TOO_LITTLE))
        .isEqualTo(new Missing(3, Map.of("city", 2L, "name", 2L), false));
  }

  @Test
  void theFirstOnesAreCountedWhereAllAreTooMany() {
    Missing missing = Missing.of(SQL, CAMPAIGN, TOO_LITTLE, ENOUGH);

    assertThat(missing).isEqualTo(new Missing(5_000, Map.of("city", 5_000L), true));
    assertThat(missing.words()).startsWith("5000 of the first 50000 recipients lack variables");
  }

  @Test
  void whereNobodyCanBeLookedAtThatIsSaid() {
    assertThat(Missing.of(SQL, CAMPAIGN, TOO_LITTLE, TOO_LITTLE)).isEqualTo(Missing.UNKNOWN);
  }
}
