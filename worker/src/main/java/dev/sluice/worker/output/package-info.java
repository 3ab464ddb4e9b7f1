/** The worker's output to Kafka: the records of a transaction and its commit. */
@NullMarked
package dev.sluice.worker.output;

import org.jspecify.annotations.NullMarked;
