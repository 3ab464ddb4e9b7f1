-- The index waits for whoever writes campaigns; behind it everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- A sender has few of them at a time, whatever it has sent before.
CREATE INDEX campaign_to_send ON sluice.campaign (sender_id)
  WHERE status IN ('SCHEDULED', 'SENDING', 'PAUSED');

COMMENT ON INDEX sluice.campaign_to_send IS 'the campaigns that a change of their sender concerns';
