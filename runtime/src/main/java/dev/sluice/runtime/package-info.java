/** The basics of every process: health, warm-up, back-off and orderly close. */
@NullMarked
package dev.sluice.runtime;

import org.jspecify.annotations.NullMarked;
