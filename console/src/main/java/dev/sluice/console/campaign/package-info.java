/** Campaigns: creation, changes, commands, test messages and views. */
@NullMarked
package dev.sluice.console.campaign;

import org.jspecify.annotations.NullMarked;
