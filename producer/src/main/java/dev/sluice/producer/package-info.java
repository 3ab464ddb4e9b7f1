/**
 * Fans campaigns out: a command becomes a cursor over the campaign's recipients, and pages of
 * recipients become requests. Start reading at {@link dev.sluice.producer.FanOut}.
 */
@NullMarked
package dev.sluice.producer;

import org.jspecify.annotations.NullMarked;
