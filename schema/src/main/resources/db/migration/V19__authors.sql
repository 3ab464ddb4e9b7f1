-- The users who wrote any part of a campaign at a console, and the one who approved its start.
SET LOCAL lock_timeout = '5s';

ALTER TABLE sluice.campaign
  ADD COLUMN authors text[] NOT NULL DEFAULT '{}' CHECK (cardinality(authors) <= 1000),
  ADD COLUMN approved_by text CHECK (length(approved_by) BETWEEN 1 AND 64);
