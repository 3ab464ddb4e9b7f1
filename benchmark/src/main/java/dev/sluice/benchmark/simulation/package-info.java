/**
 * A deterministic simulation of producers, workers and aggregators around Kafka and the database.
 * One seed drives time, threads, faults and responses, and the invariants are checked at every
 * launch and every commit.
 */
@NullMarked
package dev.sluice.benchmark.simulation;

import org.jspecify.annotations.NullMarked;
