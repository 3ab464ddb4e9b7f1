package dev.sluice.schema;

/** The state of a campaign. */
public enum CampaignStatus {
  DRAFT,
  SCHEDULED,
  SENDING,
  PAUSED,
  CANCELLED,
  COMPLETED
}
