/** What must hold whatever happens, each checked against the provider's log and the rows. */
@NullMarked
package dev.sluice.benchmark.guarantee;

import org.jspecify.annotations.NullMarked;
