/** What recipients of campaigns write back: found, stored, published, counted and listed. */
@NullMarked
package dev.sluice.console.reply;

import org.jspecify.annotations.NullMarked;
