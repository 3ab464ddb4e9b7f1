/** Spans of the way of sampled recipients, from the command to the status. */
@NullMarked
package dev.sluice.runtime.tracing;

import org.jspecify.annotations.NullMarked;
