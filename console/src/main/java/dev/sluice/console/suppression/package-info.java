/** Suppressions and opt-outs, under all names of a person. */
@NullMarked
package dev.sluice.console.suppression;

import org.jspecify.annotations.NullMarked;
