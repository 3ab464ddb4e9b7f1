-- The newest campaigns are listed page by page, and once a second while somebody watches them.
CREATE INDEX campaign_newest ON sluice.campaign (created_at, id);
