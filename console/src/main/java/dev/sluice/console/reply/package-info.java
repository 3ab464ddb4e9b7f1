/** Replies of campaigns' recipients: found, stored, published, counted and listed. */
@NullMarked
package dev.sluice.console.reply;

import org.jspecify.annotations.NullMarked;
