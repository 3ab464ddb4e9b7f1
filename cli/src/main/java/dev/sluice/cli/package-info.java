/**
 * The {@code sluice} command: options, one process shell for every role, the demo. Start reading at
 * {@link dev.sluice.cli.Sluice}.
 */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
