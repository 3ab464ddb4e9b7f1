/**
 * Collects results per campaign and writes them in one statement per batch. Start reading at {@link
 * dev.sluice.aggregator.StatusAggregator}, then {@code BatchProcessor} and {@code StatusStatement}.
 */
@NullMarked
package dev.sluice.aggregator;

import org.jspecify.annotations.NullMarked;
