-- Comments wait for VACUUM and for other changes of their tables, and nobody waits for them.
SET LOCAL lock_timeout = '5s';

-- What every table and column means: psql shows it (\d+), and docs/tables.md is generated from it.

COMMENT ON TABLE sluice.sender IS 'One address at a provider, with its permitted rate.';
COMMENT ON COLUMN sluice.sender.id IS 'the name that people and the API use';
COMMENT ON COLUMN sluice.sender.provider IS '`whatsapp`, or the name of a provider that a file describes';
COMMENT ON COLUMN sluice.sender.address IS 'its address at the provider; WhatsApp: the phone number id';
COMMENT ON COLUMN sluice.sender.rate_per_second IS 'permitted messages/s; may change while the sender is sending';
COMMENT ON COLUMN sluice.sender.lanes IS 'the number of lanes that share its rate; fixed';
COMMENT ON COLUMN sluice.sender.daily_limit IS 'the number of different people within any 24 hours; null: no limit';
COMMENT ON COLUMN sluice.sender.cap_messages IS 'the most messages that a person gets from the sender within `cap_days`; null: no cap';
COMMENT ON COLUMN sluice.sender.cap_days IS '1 to 90; null if `cap_messages` is';
COMMENT ON COLUMN sluice.sender.created_at IS 'when the row was inserted';
COMMENT ON COLUMN sluice.sender.account IS 'the provider''s account that it belongs to; webhooks tell it, too';

COMMENT ON TABLE sluice.campaign IS 'A message, its sender, and the progress of sending it.';
COMMENT ON COLUMN sluice.campaign.id IS 'the id in the API, in commands and in records; logs print its beginning';
COMMENT ON COLUMN sluice.campaign.name IS 'for people';
COMMENT ON COLUMN sluice.campaign.sender_id IS 'its sender';
COMMENT ON COLUMN sluice.campaign.message IS 'the provider''s message body; any text may contain `{{variable}}`';
COMMENT ON COLUMN sluice.campaign.status IS '`DRAFT`, `SCHEDULED`, `SENDING`, `PAUSED`, `CANCELLED`, `COMPLETED`';
COMMENT ON COLUMN sluice.campaign.priority IS '1 to 100: its share relative to the sender''s other campaigns';
COMMENT ON COLUMN sluice.campaign.on_doubt IS '`HOLD`: recipients in doubt are not sent to again; `RESEND`: better twice than not at all';
COMMENT ON COLUMN sluice.campaign.scheduled_at IS 'when it starts by itself';
COMMENT ON COLUMN sluice.campaign.window_start IS 'the time of day from which it sends; null: at any hour';
COMMENT ON COLUMN sluice.campaign.window_end IS 'the time of day until which it sends; null if `window_start` is';
COMMENT ON COLUMN sluice.campaign.time_zone IS 'the time zone of these two, and of recipients who have none';
COMMENT ON COLUMN sluice.campaign.round IS '1, and one more with each resend';
COMMENT ON COLUMN sluice.campaign.total IS 'recipients';
COMMENT ON COLUMN sluice.campaign.sent IS 'rows that are `SENT` now';
COMMENT ON COLUMN sluice.campaign.delivered IS 'rows that are `DELIVERED` now';
COMMENT ON COLUMN sluice.campaign.read IS 'rows that are `READ` now';
COMMENT ON COLUMN sluice.campaign.failed IS 'rows that are `FAILED` now';
COMMENT ON COLUMN sluice.campaign.unconfirmed IS 'rows that are `UNCONFIRMED` now';
COMMENT ON COLUMN sluice.campaign.suppressed IS 'rows that are `SUPPRESSED` now';
COMMENT ON COLUMN sluice.campaign.created_at IS 'when the row was inserted; lists begin with the newest';
COMMENT ON COLUMN sluice.campaign.started_at IS 'when its first round began';
COMMENT ON COLUMN sluice.campaign.completed_at IS 'when its newest round was completed, or when it was cancelled';
COMMENT ON COLUMN sluice.campaign.resend_offset IS 'the offset of the command of the newest resend';
COMMENT ON COLUMN sluice.campaign.start_offset IS 'the offset of the command that started it';
COMMENT ON COLUMN sluice.campaign.start_command_at IS 'the time of that command';
COMMENT ON COLUMN sluice.campaign.external_id IS 'the upstream program''s own key, unique';
COMMENT ON COLUMN sluice.campaign.idempotency_key IS 'the `Idempotency-Key` of the request that created it';
COMMENT ON COLUMN sluice.campaign.request_hash IS 'the hash of that request''s body';
COMMENT ON COLUMN sluice.campaign.archived_at IS 'when it was archived';
COMMENT ON COLUMN sluice.campaign.ignore_cap IS 'whether it is sent also to people who have had as many messages as a frequency cap allows';
COMMENT ON COLUMN sluice.campaign.local_time IS 'the time of day at which each recipient is sent to in their own time zone; null: everybody at once';
COMMENT ON COLUMN sluice.campaign.authors IS 'the users who wrote any part of it at a console: at most 1,000 names, none NULL, of 64,000 characters in all';
COMMENT ON COLUMN sluice.campaign.approved_by IS 'the user who approved its start';

COMMENT ON TABLE sluice.campaign_recipient IS 'One recipient of a campaign.';
COMMENT ON COLUMN sluice.campaign_recipient.id IS 'the id in requests and results';
COMMENT ON COLUMN sluice.campaign_recipient.campaign_id IS 'the campaign';
COMMENT ON COLUMN sluice.campaign_recipient.phone IS 'E.164, unique within the campaign';
COMMENT ON COLUMN sluice.campaign_recipient.variables IS 'a flat object of texts';
COMMENT ON COLUMN sluice.campaign_recipient.status IS '`PENDING`, `SUPPRESSED`, `UNCONFIRMED`, `SENT`, `FAILED`, `DELIVERED`, `READ`; within a round it only rises, in this order';
COMMENT ON COLUMN sluice.campaign_recipient.round IS 'the round of its outcome';
COMMENT ON COLUMN sluice.campaign_recipient.provider_message_id IS 'the provider''s id of the message';
COMMENT ON COLUMN sluice.campaign_recipient.error_code IS 'the provider''s, or one of Sluice''s own; `capped` if the row is `SUPPRESSED` by a frequency cap';
COMMENT ON COLUMN sluice.campaign_recipient.error_detail IS 'the error in words';
COMMENT ON COLUMN sluice.campaign_recipient.attempts IS 'calls to the provider';
COMMENT ON COLUMN sluice.campaign_recipient.created_at IS 'when the row was inserted; recipients are sent to in this order';
COMMENT ON COLUMN sluice.campaign_recipient.updated_at IS 'the time of its newest result';
COMMENT ON COLUMN sluice.campaign_recipient.external_id IS 'the upstream program''s own key, unique within the campaign';
COMMENT ON COLUMN sluice.campaign_recipient.provider_user_id IS 'the provider''s id of the person, as the upstream program knows it; it suppresses no one, use `alias` for that';
COMMENT ON COLUMN sluice.campaign_recipient.time_zone IS 'the recipient''s time zone, such as `America/Sao_Paulo`; used if the campaign has a `local_time`';

COMMENT ON TABLE sluice.suppression IS 'Numbers that Sluice does not send to.';
COMMENT ON COLUMN sluice.suppression.phone IS 'the suppressed number';
COMMENT ON COLUMN sluice.suppression.reason IS 'why; `user preference: stop` is what the person chose at the provider, and may withdraw there';
COMMENT ON COLUMN sluice.suppression.created_at IS 'when the number was suppressed';
COMMENT ON COLUMN sluice.suppression.lifted_at IS 'when the suppression was lifted; null while it holds';

COMMENT ON TABLE sluice.sender_recipient IS 'The people that a sender with a daily limit has written to.';
COMMENT ON COLUMN sluice.sender_recipient.sender_id IS 'the sender';
COMMENT ON COLUMN sluice.sender_recipient.phone IS 'the person''s number';
COMMENT ON COLUMN sluice.sender_recipient.counted_at IS 'when the person was last counted for the daily limit';

COMMENT ON TABLE sluice.contact IS 'The messages that people were to get lately, as far as a frequency cap counts them.';
COMMENT ON COLUMN sluice.contact.phone IS 'the person''s number';
COMMENT ON COLUMN sluice.contact.messages IS 'by the id of the recipient: the sender, the round, and when the request was written (`at`)';

COMMENT ON TABLE sluice.alias IS 'Other names by which a provider knows the person who has a number.';
COMMENT ON COLUMN sluice.alias.phone IS 'a person''s number';
COMMENT ON COLUMN sluice.alias.name IS 'another name of that person: the number as the provider writes it, or an id';
COMMENT ON COLUMN sluice.alias.created_at IS 'when the name became known';
COMMENT ON COLUMN sluice.alias.settled IS 'whether the opt-outs have been recomputed since the name became known';

COMMENT ON TABLE sluice.opt_out IS 'Opt-outs under a name other than a number.';
COMMENT ON COLUMN sluice.opt_out.name IS 'the id that opted out, or a number that an opt-out came along to';
COMMENT ON COLUMN sluice.opt_out.reason IS 'why, as in `suppression`';
COMMENT ON COLUMN sluice.opt_out.created_at IS 'when the person opted out';
COMMENT ON COLUMN sluice.opt_out.lifted_at IS 'when that was lifted; null while it holds';

COMMENT ON TABLE sluice.said IS 'Every opt-out and every withdrawal, each with its time.';
COMMENT ON COLUMN sluice.said.name IS 'the number or id that it was said under';
COMMENT ON COLUMN sluice.said.at IS 'when it was said';
COMMENT ON COLUMN sluice.said.reason IS 'what was said: a reason as in `suppression`, or its withdrawal';

COMMENT ON TABLE sluice.renamed IS 'Numbers and ids that have changed.';
COMMENT ON COLUMN sluice.renamed.before IS 'a number or id';
COMMENT ON COLUMN sluice.renamed.now IS 'what it became';
COMMENT ON COLUMN sluice.renamed.at IS 'when it changed, as the provider says';

COMMENT ON TABLE sluice.lift IS 'Suppressions lifted by hand: by whom, when and why.';
COMMENT ON COLUMN sluice.lift.phone IS 'the number that is no longer suppressed';
COMMENT ON COLUMN sluice.lift.at IS 'when it was lifted';
COMMENT ON COLUMN sluice.lift.lifted_by IS 'the person who asked for it';
COMMENT ON COLUMN sluice.lift.reason IS 'why it was lifted';
COMMENT ON COLUMN sluice.lift.was IS 'the reason of the suppression that was lifted';

COMMENT ON TABLE sluice.reply IS 'What recipients wrote back, and the buttons that they pressed.';
COMMENT ON COLUMN sluice.reply.id IS 'rises with the time of arrival';
COMMENT ON COLUMN sluice.reply.message_id IS 'the provider''s id of the reply, unique';
COMMENT ON COLUMN sluice.reply.campaign_id IS 'the campaign that it answers';
COMMENT ON COLUMN sluice.reply.recipient_id IS 'the row of `campaign_recipient`';
COMMENT ON COLUMN sluice.reply.kind IS '`text`, `button`, `other` (a picture, a voice message or the like)';
COMMENT ON COLUMN sluice.reply.text IS 'the first 1,024 characters, or the button''s text';
COMMENT ON COLUMN sluice.reply.answered_message_id IS 'the message that it answers, if it names one';
COMMENT ON COLUMN sluice.reply.at IS 'when it was sent';

COMMENT ON TABLE sluice.template_state IS 'The newest status of each template, from an event or from the provider''s list.';
COMMENT ON COLUMN sluice.template_state.name IS 'the template''s name';
COMMENT ON COLUMN sluice.template_state.language IS 'in lower case with `_`; empty for any';
COMMENT ON COLUMN sluice.template_state.account IS 'the provider''s account; empty for any';
COMMENT ON COLUMN sluice.template_state.stopped IS 'why the template may not be used; null if it may';
COMMENT ON COLUMN sluice.template_state.at IS 'when the provider said so';

COMMENT ON VIEW sluice.alias_until IS 'The time until which an id stood for the person at a number.';
COMMENT ON COLUMN sluice.alias_until.phone IS 'a person''s number';
COMMENT ON COLUMN sluice.alias_until.name IS 'the id, or another spelling of the number';
COMMENT ON COLUMN sluice.alias_until.until IS 'until when the id stood for the person at the number; null: it still does';
COMMENT ON COLUMN sluice.alias_until.since IS 'since when it did so again, for a person who came back to the number';

COMMENT ON VIEW sluice.suppressed_phone IS 'The suppressed numbers, under whichever name the person opted out.';
COMMENT ON COLUMN sluice.suppressed_phone.phone IS 'may occur more than once';

COMMENT ON VIEW sluice.stopped_campaign IS 'Campaigns whose template may not be used.';
COMMENT ON COLUMN sluice.stopped_campaign.id IS 'the campaign';
COMMENT ON COLUMN sluice.stopped_campaign.reason IS 'why its template may not be used';
COMMENT ON COLUMN sluice.stopped_campaign.at IS 'when the provider said so';

-- Who reads by them, for owners who wonder whether they need an index.
COMMENT ON INDEX sluice.campaign_scheduled IS 'campaigns that wait for their time, every few seconds';
COMMENT ON INDEX sluice.campaign_newest IS 'pages of the list of campaigns';
COMMENT ON INDEX sluice.campaign_started IS 'the campaigns that a reply may answer that names no message';
COMMENT ON INDEX sluice.campaign_external_id IS 'keeps the upstream program''s keys unique';
COMMENT ON INDEX sluice.campaign_idempotency_key IS 'the campaign that a repeated request created';
COMMENT ON INDEX sluice.campaign_recipient_page IS 'pages of recipients, read by this index alone and in its order';
COMMENT ON INDEX sluice.campaign_recipient_zone IS 'pages of the recipients of one time zone';
COMMENT ON INDEX sluice.campaign_recipient_message IS 'the recipient of a receipt that names only the provider''s id';
COMMENT ON INDEX sluice.campaign_recipient_external_id IS 'keeps the upstream program''s keys unique within a campaign';
COMMENT ON INDEX sluice.campaign_recipient_skipped IS 'counts those whom a frequency cap has skipped';
COMMENT ON INDEX sluice.sender_recipient_day IS 'counts the people of the last 24 hours for the daily limit';
COMMENT ON INDEX sluice.alias_name IS 'the numbers of the person whom a provider calls by an id';
COMMENT ON INDEX sluice.renamed_now IS 'what a number or id was before';
COMMENT ON INDEX sluice.reply_page IS 'pages of the list of replies, newest first';
COMMENT ON INDEX sluice.reply_recipient IS 'counts those who replied';
COMMENT ON INDEX sluice.reply_button IS 'counts who pressed which button';

COMMENT ON FUNCTION sluice.status_rank(text) IS 'the place of a recipient''s status in the order in which it rises';
COMMENT ON FUNCTION sluice.fix_time_zone() IS 'refuses another time zone of a recipient once the campaign has started';
