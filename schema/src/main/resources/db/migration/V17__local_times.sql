-- The alterations below wait for whoever uses the tables; behind them everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- A campaign with a local time is sent to each recipient when it is that time where they are: in their time
-- zone, or in the campaign's if they have none.
ALTER TABLE sluice.campaign ADD COLUMN local_time time;

-- NOT VALID: old rows have none, and need not be looked at.
ALTER TABLE sluice.campaign_recipient
  ADD COLUMN time_zone text,
  ADD CONSTRAINT campaign_recipient_time_zone_bound
    CHECK (time_zone ~ '^[A-Za-z0-9_+/:-]{1,64}$') NOT VALID;
