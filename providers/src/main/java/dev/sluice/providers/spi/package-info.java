/** What a provider offers to the worker: send one message, and say what became of it. */
@NullMarked
package dev.sluice.providers.spi;

import org.jspecify.annotations.NullMarked;
