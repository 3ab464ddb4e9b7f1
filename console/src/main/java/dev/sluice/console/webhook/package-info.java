/** The provider's webhook: receipts, opt-outs, and events that stop senders or campaigns. */
@NullMarked
package dev.sluice.console.webhook;

import org.jspecify.annotations.NullMarked;
