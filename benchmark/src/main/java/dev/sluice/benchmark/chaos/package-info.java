/**
 * The faults under which Sluice keeps its guarantees. Start reading at {@link
 * dev.sluice.benchmark.chaos.Chaos}.
 */
@NullMarked
package dev.sluice.benchmark.chaos;

import org.jspecify.annotations.NullMarked;
