/** Output to Kafka: commands, controls and results. */
@NullMarked
package dev.sluice.console.output;

import org.jspecify.annotations.NullMarked;
