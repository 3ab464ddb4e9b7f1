-- Makes a restored backup safe to start on after Kafka was lost as well. Run it as the tables' owner, before
-- any role starts:
--   psql -v lost='2026-11-29 14:00:00+00' -v started='{}' -f docs/after-losing-both.sql "dbname=sluice user=sluice_owner"
-- lost: when Kafka was lost. A campaign scheduled for before that may have started since the backup; later ones
-- start by themselves.
-- started: the ids, separated by commas, of other campaigns that have started since the backup and are still
-- DRAFT or SCHEDULED in it. The last lines show which they may be; run the script again with their ids.
-- Recipients of campaigns under way who are PENDING in the backup may have had their message since then. They
-- become UNCONFIRMED, so nobody is sent to twice, and the campaigns complete. Receipts still settle them.
BEGIN;

UPDATE sluice.campaign SET status = 'SENDING', started_at = now()
  WHERE status = 'SCHEDULED' AND scheduled_at < :'lost'
     OR status IN ('DRAFT', 'SCHEDULED') AND id = ANY (:'started'::uuid[]);

UPDATE sluice.campaign_recipient AS recipient
  SET status = 'UNCONFIRMED', error_code = 'in_doubt', updated_at = now(),
      error_detail = 'what was sent since the backup was lost'
  FROM sluice.campaign
  WHERE campaign.id = recipient.campaign_id AND campaign.status IN ('SENDING', 'PAUSED')
    AND recipient.status = 'PENDING';

-- Counters are counts of rows.
UPDATE sluice.campaign
  SET status = 'COMPLETED', completed_at = now(),
      (total, sent, delivered, read, failed, unconfirmed, suppressed) = (
        SELECT count(*),
               count(*) FILTER (WHERE recipient.status = 'SENT'),
               count(*) FILTER (WHERE recipient.status = 'DELIVERED'),
               count(*) FILTER (WHERE recipient.status = 'READ'),
               count(*) FILTER (WHERE recipient.status = 'FAILED'),
               count(*) FILTER (WHERE recipient.status = 'UNCONFIRMED'),
               count(*) FILTER (WHERE recipient.status = 'SUPPRESSED')
        FROM sluice.campaign_recipient AS recipient WHERE recipient.campaign_id = campaign.id)
  WHERE status IN ('SENDING', 'PAUSED');

COMMIT;

SELECT id, status, scheduled_at, name FROM sluice.campaign
  WHERE status IN ('DRAFT', 'SCHEDULED') ORDER BY created_at;
