/** Holds a sender back while its provider answers nothing that anybody could rely on. */
@NullMarked
package dev.sluice.worker.breaker;

import org.jspecify.annotations.NullMarked;
