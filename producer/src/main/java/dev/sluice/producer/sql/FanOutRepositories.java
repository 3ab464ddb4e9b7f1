package dev.sluice.producer.sql;

import dev.sluice.producer.state.Cursor;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * The repositories of the fan-out.
 *
 * @param rows campaigns and senders
 */
public record FanOutRepositories(
    CampaignRepository rows,
    CampaignStarts starts,
    RecipientPages recipients,
    ResendRepository resends,
    DailyLimit dailyLimit) {

  private static final UUID NOBODY = new UUID(0, 0);

  public static FanOutRepositories of(DSLContext sql, InstantSource clock, InstantSource steady) {
    CampaignRepository rows = new CampaignRepository(sql);
    return new FanOutRepositories(
        rows,
        new CampaignStarts(sql, rows),
        new RecipientPages(sql, clock),
        new ResendRepository(sql),
        new DailyLimit(sql, clock, steady));
  }

  /**
   * Starts a campaign that cannot exist and reads a page of it. This changes no row and fails only
   * if it fails for every campaign.
   */
  public void rehearse() {
    String sender = "nobody";
    starts.rehearse();
    rows.stopped(NOBODY);
    recipients.after(NOBODY, Cursor.START, 1, sender);
    dailyLimit.admit(NOBODY, sender, 0, List.of("+0"));
  }
}
