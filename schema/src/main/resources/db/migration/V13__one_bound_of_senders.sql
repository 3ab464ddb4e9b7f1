-- The alteration below waits for whoever uses the table; behind it everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- As requests have it: a sender beyond that was taken here, and its campaigns could not be sent. Rows
-- that are older stay, hence NOT VALID.
ALTER TABLE sluice.sender
  DROP CONSTRAINT sender_provider_bound,
  DROP CONSTRAINT sender_address_bound,
  ADD CONSTRAINT sender_provider_bound CHECK (length(provider) BETWEEN 1 AND 100) NOT VALID,
  ADD CONSTRAINT sender_address_bound CHECK (length(address) <= 500) NOT VALID;
