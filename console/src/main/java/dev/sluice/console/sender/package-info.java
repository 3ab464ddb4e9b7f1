/** Senders and their templates. */
@NullMarked
package dev.sluice.console.sender;

import org.jspecify.annotations.NullMarked;
