/** Webhooks out: campaigns' events, posted to another program. Off unless it has an address. */
@NullMarked
package dev.sluice.console.notification;

import org.jspecify.annotations.NullMarked;
