-- The alteration below waits for whoever uses the table; behind it everybody else would wait, too.
SET LOCAL lock_timeout = '5s';

-- A list shows the authors of all its campaigns; a NULL or an array among those of one kept it from everybody. Names
-- have 64 characters. Rows are mended first: the alteration keeps everybody out until it commits, and afterwards no
-- other column of a row that violates the constraint could be written, either.
UPDATE sluice.campaign
SET authors = ARRAY(
  SELECT left(author, 64) FROM unnest(authors) WITH ORDINALITY AS one (author, place)
  WHERE author IS NOT NULL ORDER BY place)
WHERE array_ndims(authors) > 1
  OR num_nulls(VARIADIC authors) > 0
  OR length(array_to_string(authors, '')) > 64000;

-- NOT VALID: the rows were looked through just now.
ALTER TABLE sluice.campaign
  ADD CONSTRAINT campaign_authors_bound CHECK (
    array_ndims(authors) = 1
    AND num_nulls(VARIADIC authors) = 0
    AND length(array_to_string(authors, '')) <= 64000) NOT VALID;
