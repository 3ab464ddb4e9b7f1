/** What the worker writes to Kafka, a transaction at a time. */
@NullMarked
package dev.sluice.worker.output;

import org.jspecify.annotations.NullMarked;
