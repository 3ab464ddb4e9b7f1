-- Deletes a person's data from the tables. Run it as their owner:
--   psql -v phone=+5511987654321 -f docs/erase-person.sql "dbname=sluice user=sluice_owner"
-- Rows of campaigns stay, because counters are counts of rows, but are anonymized: no country has the code
-- +999. Replies stay, as they are counted, without their text; that of buttons is the same for everybody.
-- The person must stay suppressed, so suppression keeps the number.
-- Rows of campaigns that will still send to the person do not change; the last line counts them. Cancel
-- those campaigns or wait until they end, then run the script again. Kafka deletes the person's records
-- after its retention of seven days. Receipts that arrive before that restore the message's id and the
-- person's other names, and a reply to it may still come: run the script once more then. It clears that of
-- everybody who was erased, as it no longer knows who was whom.
BEGIN;

INSERT INTO sluice.suppression (phone, reason)
  SELECT DISTINCT phone, 'kept when the person was erased' FROM sluice.suppressed_phone
    WHERE phone = :'phone'
  ON CONFLICT (phone) DO UPDATE
    SET reason = excluded.reason, created_at = excluded.created_at, lifted_at = NULL
    WHERE suppression.lifted_at IS NOT NULL;

DELETE FROM sluice.campaign_recipient AS recipient USING sluice.campaign
  WHERE campaign.id = recipient.campaign_id AND recipient.phone = :'phone'
    AND campaign.status = 'DRAFT';

UPDATE sluice.reply
  SET message_id = 'erased-' || reply.id, answered_message_id = NULL,
      text = CASE WHEN kind = 'button' THEN text END
  FROM sluice.campaign_recipient AS recipient
  WHERE recipient.phone IN (:'phone', '+999' || lpad(recipient.id::text, 11, '0'))
    AND reply.campaign_id = recipient.campaign_id AND reply.recipient_id = recipient.id
    AND reply.message_id <> 'erased-' || reply.id;

UPDATE sluice.campaign_recipient
  SET provider_message_id = NULL, provider_user_id = NULL, external_id = NULL, error_detail = NULL
  WHERE phone = '+999' || lpad(id::text, 11, '0')
    AND num_nonnulls(provider_message_id, provider_user_id, external_id, error_detail) > 0;

UPDATE sluice.campaign_recipient AS recipient
  SET phone = '+999' || lpad(recipient.id::text, 11, '0'), variables = '{}',
      provider_message_id = NULL, provider_user_id = NULL, external_id = NULL, error_detail = NULL
  FROM sluice.campaign
  WHERE campaign.id = recipient.campaign_id AND recipient.phone = :'phone'
    AND (recipient.status <> 'PENDING' OR campaign.status IN ('CANCELLED', 'COMPLETED'));

DELETE FROM sluice.sender_recipient WHERE phone = :'phone';
DELETE FROM sluice.contact WHERE phone = :'phone';

DELETE FROM sluice.lift WHERE phone = :'phone';
DELETE FROM sluice.said
  WHERE name = :'phone' OR name IN (SELECT name FROM sluice.alias WHERE phone = :'phone');
DELETE FROM sluice.opt_out
  WHERE name = :'phone' OR name IN (SELECT name FROM sluice.alias WHERE phone = :'phone');
DELETE FROM sluice.renamed
  WHERE :'phone' IN (before, now)
     OR before IN (SELECT name FROM sluice.alias WHERE phone = :'phone')
     OR now IN (SELECT name FROM sluice.alias WHERE phone = :'phone');
DELETE FROM sluice.alias WHERE :'phone' IN (phone, name) OR phone LIKE '+999%';

COMMIT;

SELECT count(*) AS still_to_be_sent_to FROM sluice.campaign_recipient WHERE phone = :'phone';
