/** Stops sending for a sender while its provider gives no reliable responses. */
@NullMarked
package dev.sluice.worker.breaker;

import org.jspecify.annotations.NullMarked;
