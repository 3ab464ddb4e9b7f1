-- The alterations below wait for whoever uses the tables; behind them everybody else would wait, too. In the
-- order in which services lock them: recipients, campaigns, senders.
SET LOCAL lock_timeout = '5s';

-- Counts those whom a cap has skipped, few among millions who may have opted out.
CREATE INDEX campaign_recipient_skipped ON sluice.campaign_recipient (campaign_id, error_code)
  WHERE status = 'SUPPRESSED' AND error_code IS NOT NULL;

-- Whether a campaign reaches people beyond the caps, too. Its messages count all the same.
ALTER TABLE sluice.campaign ADD COLUMN ignore_cap boolean NOT NULL DEFAULT false;

-- At most so many messages to a person from the sender within so many days.
ALTER TABLE sluice.sender
  ADD COLUMN cap_messages integer CHECK (cap_messages BETWEEN 1 AND 1000),
  ADD COLUMN cap_days integer CHECK (cap_days BETWEEN 1 AND 90),
  ADD CONSTRAINT sender_cap_is_whole CHECK ((cap_messages IS NULL) = (cap_days IS NULL));

-- The messages that a person was to get lately, by the id of the recipient: {"17": {"sender": "brazil",
-- "round": 1, "at": "..."}}. They are one row, so that campaigns that ask about the same person at the
-- same time take turns, and no others.
CREATE TABLE sluice.contact (
  phone    text PRIMARY KEY,
  messages jsonb NOT NULL CHECK (jsonb_typeof(messages) = 'object')
);
