/**
 * What Sluice promises, as objects, and the trouble under which it keeps them: roles run as JVMs of
 * their own and are killed or frozen. Start reading at {@link dev.sluice.benchmark.chaos.Chaos}.
 */
@NullMarked
package dev.sluice.benchmark.chaos;

import org.jspecify.annotations.NullMarked;
