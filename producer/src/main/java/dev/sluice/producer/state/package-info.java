/** The progress of each fan-out, committed with the requests that it produced. */
@NullMarked
package dev.sluice.producer.state;

import org.jspecify.annotations.NullMarked;
