/** The whole pipeline in one process, with its own Kafka, PostgreSQL and provider. */
@NullMarked
package dev.sluice.demo;

import org.jspecify.annotations.NullMarked;
