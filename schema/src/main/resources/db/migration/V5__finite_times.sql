-- PostgreSQL's infinite times are none that a clock reaches, and none that Java can hold. As with
-- the other bounds: only for rows as other programs insert them.
ALTER TABLE sluice.campaign
  ADD CONSTRAINT campaign_times_are_finite
    CHECK ((isfinite(created_at) AND isfinite(scheduled_at) AND isfinite(started_at)
            AND isfinite(completed_at)) OR status NOT IN ('DRAFT', 'SCHEDULED')) NOT VALID;

ALTER TABLE sluice.campaign_recipient
  ADD CONSTRAINT campaign_recipient_time_is_finite
    CHECK (isfinite(created_at) OR status <> 'PENDING' OR round > 1) NOT VALID;
