/**
 * The people's side: the HTTP API. To the pipeline it is one more upstream service. Start reading
 * at {@link dev.sluice.console.Console}.
 */
@NullMarked
package dev.sluice.console;

import org.jspecify.annotations.NullMarked;
