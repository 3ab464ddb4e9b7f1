/** Measured comparisons of Sluice with the minimum that the same work takes. */
package dev.sluice.benchmark.scenario;
