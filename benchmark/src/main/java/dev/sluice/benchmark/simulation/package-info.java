/**
 * A deterministic simulation of workers around Kafka. One seed drives time, threads, faults and
 * responses, and the invariants are checked at every launch and every result.
 */
@NullMarked
package dev.sluice.benchmark.simulation;

import org.jspecify.annotations.NullMarked;
