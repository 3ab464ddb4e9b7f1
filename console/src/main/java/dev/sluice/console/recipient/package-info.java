/** A campaign's recipients: pages, counts and exports. */
@NullMarked
package dev.sluice.console.recipient;

import org.jspecify.annotations.NullMarked;
