package dev.sluice.producer.sql;

import dev.sluice.producer.state.Cursor;
import dev.sluice.schema.FrequencyCap;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The repositories of the fan-out.
 *
 * @param rows campaigns and senders
 */
public record FanOutRepositories(
    CampaignRepository rows,
    CampaignStarts starts,
    RecipientPages recipients,
    RecipientZones zones,
    ResendRepository resends,
    DailyLimit dailyLimit,
    FrequencyCaps caps) {

  private static final UUID NOBODY = new UUID(0, 0);

  /**
   * Creates the repositories.
   *
   * @param cap the frequency cap of all senders together, or null for none
   */
  public static FanOutRepositories of(
      DSLContext sql, InstantSource clock, InstantSource steady, @Nullable FrequencyCap cap) {
    CampaignRepository rows = new SqlCampaignRepository(sql);
    return new FanOutRepositories(
        rows,
        new SqlCampaignStarts(sql, rows),
        new SqlRecipientPages(sql, clock),
        new RecipientZones(sql),
        new SqlResendRepository(sql),
        new DailyLimit(sql, clock, steady),
        new FrequencyCaps(sql, clock, cap));
  }

  /**
   * Starts a campaign that cannot exist and reads a page of it. This changes no row and fails only
   * if it fails for every campaign.
   */
  public void rehearse() {
    String sender = "nobody";
    starts.rehearse();
    rows.stopped(NOBODY);
    recipients.after(NOBODY, null, Cursor.START, null, 1, sender);
    dailyLimit.admit(NOBODY, sender, 0, List.of("+0"));
    caps.rehearse();
  }

  /** Returns the same with campaigns and recipients that do not exist, for a rehearsal. */
  public FanOutRepositories madeUp() {
    return new FanOutRepositories(
        new MadeUpCampaigns(rows),
        starts,
        new MadeUpRecipients(recipients),
        zones,
        resends,
        dailyLimit,
        caps);
  }
}
