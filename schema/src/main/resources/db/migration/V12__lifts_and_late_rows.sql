-- The alterations below wait for whoever uses the tables; behind them everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- Whether what was said has been worked out anew since a receipt told the alias. Only aliases of
-- people whose names have changed are ever looked at.
ALTER TABLE sluice.alias ADD COLUMN settled boolean NOT NULL DEFAULT false;

-- Who has lifted a suppression at the console, when and why, and what it was.
CREATE TABLE sluice.lift (
  phone     text NOT NULL CHECK (phone ~ '^\+[1-9][0-9]{6,14}$'),
  at        timestamptz NOT NULL CHECK (isfinite(at)),
  lifted_by text NOT NULL,
  reason    text,
  was       text NOT NULL,
  PRIMARY KEY (phone, at)
);

-- The consoles of before V9 kept resumes nowhere else. One that is not in said is a lift by hand, which
-- takes back more.
INSERT INTO sluice.said (name, at, reason)
  SELECT phone, lifted_at, 'user preference: resume' FROM sluice.suppression
    WHERE isfinite(lifted_at) AND reason = 'user preference: stop'
  ON CONFLICT DO NOTHING;

-- As before; and since when: an id that came to a number by a change is nobody's there before it.
-- Who left a number and comes back to it has the ids again that were the person's there. The way
-- back is followed by number, each with the next change after the arrival. An alias has more than
-- one period then.
CREATE OR REPLACE VIEW sluice.alias_until AS
  SELECT alias.phone, alias.name, period.until, period.since
  FROM sluice.alias
  CROSS JOIN LATERAL (
    SELECT min(renamed.at) AS at FROM sluice.renamed
    WHERE (renamed.before = alias.name
        OR (renamed.before = alias.phone AND renamed.at >= alias.created_at))
      AND renamed.now LIKE '+%' AND renamed.now <> alias.phone AND alias.name NOT LIKE '+%'
  ) AS gone
  CROSS JOIN LATERAL (
    SELECT min(renamed.at) AS at FROM sluice.renamed
    WHERE renamed.now = alias.name AND EXISTS (
      SELECT FROM sluice.renamed AS along
      WHERE along.before = renamed.before AND along.at = renamed.at AND along.now = alias.phone)
  ) AS came
  CROSS JOIN LATERAL (
    SELECT CASE WHEN came.at <= coalesce(gone.at, came.at) THEN came.at
                ELSE '-infinity'::timestamptz END AS since,
      gone.at AS until
    UNION ALL
    SELECT back.since, (
        SELECT min(renamed.at) FROM sluice.renamed
        WHERE renamed.before IN (alias.phone, alias.name) AND renamed.at >= back.since
          AND renamed.now LIKE '+%' AND renamed.now <> alias.phone)
    FROM (
      WITH RECURSIVE trail (number, since) AS (
        SELECT now, at FROM sluice.renamed
        WHERE before IN (alias.phone, alias.name) AND at = gone.at
          AND now LIKE '+%' AND now <> alias.phone
        UNION
        SELECT next.now, next.at
        FROM trail CROSS JOIN LATERAL (
          SELECT now, at FROM sluice.renamed
          WHERE before = trail.number AND now LIKE '+%' AND at = (
            SELECT min(later.at) FROM sluice.renamed AS later
            WHERE later.before = trail.number AND later.at >= trail.since AND later.now LIKE '+%')
        ) AS next
      )
      SELECT since FROM trail WHERE number = alias.phone
    ) AS back
    WHERE gone.at IS NOT NULL
  ) AS period;

-- As before, in a form that leaves the planner no choice: OFFSET 0 keeps what is looked up from
-- becoming a join. So each is a look at an index, also where tables were filled in bulk and nobody
-- has analyzed them yet.
CREATE OR REPLACE VIEW sluice.suppressed_phone AS
  SELECT phone FROM sluice.suppression WHERE lifted_at IS NULL
  UNION ALL
  SELECT phone FROM sluice.alias WHERE EXISTS (
    SELECT FROM sluice.suppression
    WHERE suppression.phone = alias.name AND lifted_at IS NULL OFFSET 0)
  UNION ALL
  SELECT name FROM sluice.opt_out WHERE name LIKE '+%' AND lifted_at IS NULL
  UNION ALL
  SELECT phone FROM sluice.alias_until AS alias WHERE until IS NULL AND EXISTS (
    SELECT FROM sluice.opt_out WHERE opt_out.name = alias.name AND lifted_at IS NULL OFFSET 0);
