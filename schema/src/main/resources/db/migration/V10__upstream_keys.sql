-- The keys of the programs that create campaigns, the key by which they repeat a request of which
-- they had no answer, and when people put a campaign out of sight.
ALTER TABLE sluice.campaign
  ADD COLUMN external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
  ADD COLUMN idempotency_key text CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  ADD COLUMN request_hash text CHECK (length(request_hash) <= 64),
  ADD COLUMN archived_at timestamptz CHECK (isfinite(archived_at));

CREATE UNIQUE INDEX campaign_external_id ON sluice.campaign (external_id)
  WHERE external_id IS NOT NULL;

CREATE UNIQUE INDEX campaign_idempotency_key ON sluice.campaign (idempotency_key)
  WHERE idempotency_key IS NOT NULL;

-- NOT VALID: old rows have none, and need not be looked at. The index holds only rows with a key, so
-- that those without one cost nothing.
ALTER TABLE sluice.campaign_recipient
  ADD COLUMN external_id text,
  ADD COLUMN provider_user_id text,
  ADD CONSTRAINT campaign_recipient_external_id_bound
    CHECK (length(external_id) BETWEEN 1 AND 200) NOT VALID,
  ADD CONSTRAINT campaign_recipient_provider_user_id_bound
    CHECK (length(provider_user_id) BETWEEN 1 AND 150) NOT VALID;

CREATE UNIQUE INDEX campaign_recipient_external_id
  ON sluice.campaign_recipient (campaign_id, external_id) WHERE external_id IS NOT NULL;
