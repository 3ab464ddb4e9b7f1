-- A receipt without our callback data is found by the provider's message id.
CREATE INDEX campaign_recipient_message ON sluice.campaign_recipient (provider_message_id)
  WHERE provider_message_id IS NOT NULL;

-- Nothing is ever deleted: a suppression that its owner takes back is lifted.
ALTER TABLE sluice.suppression ADD COLUMN lifted_at timestamptz;

-- The offset of the newest resend command that was begun: repeating it after a crash goes on with it.
ALTER TABLE sluice.campaign ADD COLUMN resend_offset bigint;
