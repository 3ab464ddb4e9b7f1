-- The newest of what the provider says of a template, in an event or in its list of them. An empty
-- language or account is any.
CREATE TABLE sluice.template_state (
  name     text NOT NULL,
  language text NOT NULL CHECK (language = lower(replace(language, '-', '_'))),
  account  text NOT NULL,
  stopped  text,
  at       timestamptz NOT NULL CHECK (isfinite(at)),
  PRIMARY KEY (name, language, account)
);

-- The campaigns whose template may not be used, and why. Of all that is said of a template the newest
-- counts; a sender whose account nobody has told may be any account's.
CREATE VIEW sluice.stopped_campaign AS
  SELECT campaign.id, newest.stopped AS reason, newest.at
  FROM sluice.campaign
  JOIN sluice.sender ON sender.id = campaign.sender_id AND sender.provider = 'whatsapp'
  CROSS JOIN LATERAL (
    SELECT jsonb_extract_path_text(campaign.message, 'template', 'name') AS name,
      lower(replace(
        jsonb_extract_path_text(campaign.message, 'template', 'language', 'code'), '-', '_')) AS language
  ) AS wanted
  CROSS JOIN LATERAL (
    SELECT state.stopped, state.at FROM sluice.template_state AS state
    WHERE state.name = wanted.name
      AND state.language IN ('', coalesce(wanted.language, state.language))
      AND state.account IN ('', coalesce(sender.account, state.account))
    ORDER BY state.at DESC LIMIT 1
  ) AS newest
  WHERE newest.stopped IS NOT NULL;
