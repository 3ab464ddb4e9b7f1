package dev.sluice.producer;

import dev.sluice.producer.state.Cursor;
import dev.sluice.schema.ReturnedRequest;
import java.util.List;

/**
 * Some recipients of a campaign, ready to be written.
 *
 * @param renderedRequests what is to be written for them, in order
 * @param cursor the place after them, if they are new
 * @param last whether nobody comes after them
 * @param answered the requests given back that this settles
 * @param dayUsedUp whether somebody has to wait because the sender's daily limit is used up
 */
record PreparedPage(
    List<RenderedRequest> renderedRequests,
    Cursor cursor,
    boolean last,
    List<ReturnedRequest> answered,
    boolean dayUsedUp) {}
