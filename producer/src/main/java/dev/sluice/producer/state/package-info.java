/** How far each fan-out is, committed with the requests that it produced. */
@NullMarked
package dev.sluice.producer.state;

import org.jspecify.annotations.NullMarked;
