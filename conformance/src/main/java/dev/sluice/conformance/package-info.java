/** Tests of all modules together, which need no other code. */
@NullMarked
package dev.sluice.conformance;

import org.jspecify.annotations.NullMarked;
