/**
 * The HTTP API and the page for people. To the pipeline it is one more upstream service. Start
 * reading at {@link dev.sluice.console.Console}.
 */
@NullMarked
package dev.sluice.console;

import org.jspecify.annotations.NullMarked;
