/** Measured comparisons: each sets what Sluice does beside the least that the same work takes. */
package dev.sluice.benchmark.scenario;
