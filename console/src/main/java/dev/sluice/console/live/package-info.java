/** Live views of campaigns and senders, as server-sent events. */
@NullMarked
package dev.sluice.console.live;

import org.jspecify.annotations.NullMarked;
