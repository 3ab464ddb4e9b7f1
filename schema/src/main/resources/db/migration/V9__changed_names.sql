-- Numbers and ids that have become others, as the provider tells. A number is given to somebody else
-- some day, an id never is.
CREATE TABLE sluice.renamed (
  before text NOT NULL CHECK (before ~ '^\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}$'),
  now    text NOT NULL CHECK (now ~ '^\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}$' AND now <> before),
  at     timestamptz NOT NULL CHECK (isfinite(at)),
  PRIMARY KEY (before, at, now)
);

CREATE INDEX renamed_now ON sluice.renamed (now);

-- What people said about being left alone, each time and under each name: what stands in suppression
-- and opt_out is only what came of it, and a change that is told late needs what was said before it.
CREATE TABLE sluice.said (
  name   text NOT NULL CHECK (name ~ '^\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}$'),
  at     timestamptz NOT NULL CHECK (isfinite(at)),
  reason text NOT NULL,
  PRIMARY KEY (name, at, reason)
);

INSERT INTO sluice.said (name, at, reason)
  SELECT name, created_at, reason FROM sluice.opt_out
    WHERE isfinite(created_at)
      AND (lifted_at IS NULL OR (reason = 'user preference: stop' AND created_at < lifted_at))
  UNION
  SELECT name, lifted_at, 'user preference: resume' FROM sluice.opt_out
    WHERE isfinite(lifted_at) AND reason = 'user preference: stop';

-- The same wish had another reason where our own messages told it.
UPDATE sluice.suppression SET reason = 'user preference: stop' WHERE reason = 'provider: 131050';

-- Until when an id was the person's at a number: until either moved to another number. One that is
-- learned after the number moved is the next holder's. Another spelling of a number is so for ever.
CREATE VIEW sluice.alias_until AS
  SELECT alias.phone, alias.name, (
      SELECT min(renamed.at) FROM sluice.renamed
      WHERE (renamed.before = alias.name
          OR (renamed.before = alias.phone AND renamed.at >= alias.created_at))
        AND renamed.now LIKE '+%' AND renamed.now <> alias.phone AND alias.name NOT LIKE '+%'
    ) AS until
  FROM sluice.alias;

-- As before; and opt_out holds numbers too, those that a wish came to from another name.
CREATE OR REPLACE VIEW sluice.suppressed_phone AS
  SELECT phone FROM sluice.suppression WHERE lifted_at IS NULL
  UNION ALL
  SELECT alias.phone FROM sluice.alias
    JOIN sluice.suppression ON suppression.phone = alias.name
    WHERE suppression.lifted_at IS NULL
  UNION ALL
  SELECT name FROM sluice.opt_out WHERE name LIKE '+%' AND lifted_at IS NULL
  UNION ALL
  SELECT alias.phone FROM sluice.alias_until AS alias
    JOIN sluice.opt_out ON opt_out.name = alias.name
    WHERE opt_out.lifted_at IS NULL AND alias.until IS NULL;
