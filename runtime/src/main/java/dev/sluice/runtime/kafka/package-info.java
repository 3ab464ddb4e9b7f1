/** How the services reach Kafka, and what they read of each other there. */
@NullMarked
package dev.sluice.runtime.kafka;

import org.jspecify.annotations.NullMarked;
