-- Built beside the services, which go on writing recipients: it reads all of them, minutes for a hundred million.
-- An attempt that failed leaves an index that is of no use.
DROP INDEX CONCURRENTLY IF EXISTS sluice.campaign_recipient_zone;

-- The recipients of one zone are read by this index alone, in its order. Rows without a zone cost nothing.
CREATE INDEX CONCURRENTLY campaign_recipient_zone
  ON sluice.campaign_recipient (campaign_id, time_zone, created_at, id)
  WHERE status = 'PENDING' AND time_zone IS NOT NULL;
