/** Stand-ins for real services on one machine, for the demo, development and tests. */
@NullMarked
package dev.sluice.local;

import org.jspecify.annotations.NullMarked;
