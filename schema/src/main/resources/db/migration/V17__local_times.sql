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

-- The producer finds a zone's recipients when its time comes: who moved to another zone after the start would be
-- sent to twice or never. The lock makes a start wait for the change, or the change for the start; a campaign that
-- has started is not locked.
CREATE FUNCTION sluice.fix_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM sluice.campaign
    WHERE id = OLD.campaign_id AND status IN ('DRAFT', 'SCHEDULED')
    FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the time zones of recipients are fixed once their campaign has started'
      USING ERRCODE = 'check_violation', DETAIL = format('campaign %s has started', OLD.campaign_id);
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER campaign_recipient_time_zone_fixed
  BEFORE UPDATE OF time_zone ON sluice.campaign_recipient
  FOR EACH ROW WHEN (OLD.time_zone IS DISTINCT FROM NEW.time_zone)
  EXECUTE FUNCTION sluice.fix_time_zone();
