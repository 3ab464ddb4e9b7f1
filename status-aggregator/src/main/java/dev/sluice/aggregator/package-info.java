/**
 * Collects results per campaign and writes them in one statement a batch. Start reading at {@link
 * dev.sluice.aggregator.StatusAggregator}, then {@code BatchProcessor} and {@code StatusStatement}.
 */
@NullMarked
package dev.sluice.aggregator;

import org.jspecify.annotations.NullMarked;
