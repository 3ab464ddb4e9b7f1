-- The alteration below waits for whoever uses the table; behind it everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- When each status was reached: the status itself and updated_at tell only of the last one. No index: nobody searches
-- by them, and a row whose status stays may then be changed in place. NOT VALID: old rows have none.
ALTER TABLE sluice.campaign_recipient
  ADD COLUMN sent_at timestamptz,
  ADD COLUMN delivered_at timestamptz,
  ADD COLUMN read_at timestamptz,
  ADD COLUMN failed_at timestamptz,
  ADD CONSTRAINT campaign_recipient_times_are_finite
    CHECK (isfinite(sent_at) AND isfinite(delivered_at) AND isfinite(read_at) AND isfinite(failed_at)) NOT VALID;

COMMENT ON COLUMN sluice.campaign_recipient.sent_at IS 'when the provider took the message of this round';
COMMENT ON COLUMN sluice.campaign_recipient.delivered_at IS 'when it was delivered; may be null though it was read: not every provider tells both';
COMMENT ON COLUMN sluice.campaign_recipient.read_at IS 'when it was read';
COMMENT ON COLUMN sluice.campaign_recipient.failed_at IS 'when it failed; stays if it was delivered after all';
