/** Creates and upgrades tables, roles and topics, as their owner. */
@NullMarked
package dev.sluice.runtime.migration;

import org.jspecify.annotations.NullMarked;
