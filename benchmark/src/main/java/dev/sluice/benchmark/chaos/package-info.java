/**
 * Sluice's guarantees as objects, and the faults under which it keeps them: roles run as separate
 * JVMs and are killed or frozen. Start reading at {@link dev.sluice.benchmark.chaos.Chaos}.
 */
@NullMarked
package dev.sluice.benchmark.chaos;

import org.jspecify.annotations.NullMarked;
