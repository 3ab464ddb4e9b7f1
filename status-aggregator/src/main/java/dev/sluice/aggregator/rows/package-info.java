/** The rows that results are written to, as the aggregator sees them. */
@NullMarked
package dev.sluice.aggregator.rows;

import org.jspecify.annotations.NullMarked;
