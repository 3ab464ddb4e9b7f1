package dev.sluice.producer;

import dev.sluice.producer.state.Cursor;
import dev.sluice.schema.ReturnedRequest;
import java.util.List;

/**
 * Some recipients of a campaign, ready to be written.
 *
 * @param renderedRequests the records to write for them, in order
 * @param cursor the cursor after them, if they are new
 * @param last whether no recipients follow
 * @param answered the returned requests that this page settles
 * @param dayUsedUp whether a recipient has to wait because the sender's daily limit is used up
 */
record PreparedPage(
    List<RenderedRequest> renderedRequests,
    Cursor cursor,
    boolean last,
    List<ReturnedRequest> answered,
    boolean dayUsedUp) {}
