-- Other names by which a provider knows the person at a number: the number as the provider writes
-- it, an id that stands for a hidden number, a number they had before.
CREATE TABLE sluice.alias (
  phone      text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
  name       text NOT NULL CHECK (name ~ '^\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}$' AND name <> phone),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (phone, name)
);

CREATE INDEX alias_name ON sluice.alias (name);

-- Who opted out without telling a number. It is kept whether or not the number is known by now: an
-- alias that is learned later makes it count.
CREATE TABLE sluice.opt_out (
  name       text PRIMARY KEY CHECK (name ~ '^\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}$'),
  reason     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  lifted_at  timestamptz
);

-- The provider's account that a sender's address belongs to, as its calls tell.
ALTER TABLE sluice.sender ADD COLUMN account text CHECK (length(account) <= 255);

-- Who gets nothing, under whichever name they said so. To be asked for one number at a time: each
-- branch is a look at an index then. A number may be there more than once.
CREATE VIEW sluice.suppressed_phone AS
  SELECT phone FROM sluice.suppression WHERE lifted_at IS NULL
  UNION ALL
  SELECT alias.phone FROM sluice.alias
    JOIN sluice.suppression ON suppression.phone = alias.name
    WHERE suppression.lifted_at IS NULL
  UNION ALL
  SELECT alias.phone FROM sluice.alias
    JOIN sluice.opt_out ON opt_out.name = alias.name
    WHERE opt_out.lifted_at IS NULL;
