/** Access to Kafka, and the records by which services observe each other there. */
@NullMarked
package dev.sluice.runtime.kafka;

import org.jspecify.annotations.NullMarked;
