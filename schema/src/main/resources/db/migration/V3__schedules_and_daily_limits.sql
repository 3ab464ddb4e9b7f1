-- Campaigns that wait for their time are looked for every few seconds.
CREATE INDEX campaign_scheduled ON sluice.campaign (scheduled_at) WHERE status = 'SCHEDULED';

-- Whom a sender with a daily limit has written to, and when that was counted last. Nothing is ever
-- deleted: who is written to again after a day is counted again.
CREATE TABLE sluice.sender_recipient (
  sender_id  text NOT NULL REFERENCES sluice.sender (id),
  phone      text NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sender_id, phone)
);

CREATE INDEX sender_recipient_day ON sluice.sender_recipient (sender_id, counted_at);

GRANT SELECT, INSERT, UPDATE ON sluice.sender_recipient TO ${appRole};
