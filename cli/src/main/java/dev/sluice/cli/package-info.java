/**
 * The {@code sluice} command: options and a common process for every role. Start reading at {@link
 * dev.sluice.cli.Sluice}.
 */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
