package dev.sluice.schema;

/** Where a campaign stands. */
public enum CampaignStatus {
  DRAFT,
  SCHEDULED,
  SENDING,
  PAUSED,
  CANCELLED,
  COMPLETED
}
