/** Access control: tokens, origins and host names. */
@NullMarked
package dev.sluice.console.access;

import org.jspecify.annotations.NullMarked;
