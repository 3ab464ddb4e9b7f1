/** Measured comparisons. Start reading at {@link dev.sluice.benchmark.Benchmark}. */
@NullMarked
package dev.sluice.benchmark;

import org.jspecify.annotations.NullMarked;
