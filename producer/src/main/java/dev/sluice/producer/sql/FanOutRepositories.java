package dev.sluice.producer.sql;

import java.time.InstantSource;
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

  public static FanOutRepositories of(DSLContext sql, InstantSource clock) {
    CampaignRepository rows = new CampaignRepository(sql);
    return new FanOutRepositories(
        rows,
        new CampaignStarts(sql, rows),
        new RecipientPages(sql, clock),
        new ResendRepository(sql),
        new DailyLimit(sql, clock));
  }
}
