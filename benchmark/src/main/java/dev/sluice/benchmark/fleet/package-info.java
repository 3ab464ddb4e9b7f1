/** The roles as processes of their own, which can be killed, frozen and stopped. */
@NullMarked
package dev.sluice.benchmark.fleet;

import org.jspecify.annotations.NullMarked;
