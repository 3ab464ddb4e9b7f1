/**
 * How much may be queued for each lane: what the workers have not done yet, and the room that it
 * leaves.
 */
@NullMarked
package dev.sluice.producer.quota;

import org.jspecify.annotations.NullMarked;
