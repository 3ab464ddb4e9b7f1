-- The command that started a campaign: a start that finds the row SENDING is the same one after a
-- crash, or another, which must not begin from the beginning. The time tells it from a command at
-- the same offset of a topic that was made anew.
ALTER TABLE sluice.campaign
  ADD COLUMN start_offset bigint,
  ADD COLUMN start_command_at timestamptz;

-- Bounds of what other programs may insert, well above what the console takes by default. Rows
-- that are older than these may exceed them, and what the pipeline writes into such rows must not
-- fail: hence NOT VALID, and only for rows that are as other programs insert them.
ALTER TABLE sluice.sender
  ADD CONSTRAINT sender_provider_bound CHECK (length(provider) <= 100) NOT VALID,
  ADD CONSTRAINT sender_address_bound CHECK (length(address) <= 1000) NOT VALID;

ALTER TABLE sluice.campaign
  ADD CONSTRAINT campaign_name_bound
    CHECK (length(name) <= 1000 OR status NOT IN ('DRAFT', 'SCHEDULED')) NOT VALID,
  ADD CONSTRAINT campaign_message_bound
    CHECK (octet_length(message::text) <= 262144 OR status NOT IN ('DRAFT', 'SCHEDULED')) NOT VALID,
  ADD CONSTRAINT campaign_time_zone_bound
    CHECK (time_zone ~ '^[A-Za-z0-9_+/:-]{1,64}$' OR status NOT IN ('DRAFT', 'SCHEDULED')) NOT VALID;

ALTER TABLE sluice.campaign_recipient
  ADD CONSTRAINT campaign_recipient_variables_bound
    CHECK (octet_length(variables::text) <= 65536 OR status <> 'PENDING' OR round > 1) NOT VALID;
