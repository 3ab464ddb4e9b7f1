/** The interface of a provider: send one message and report the outcome. */
@NullMarked
package dev.sluice.providers.spi;

import org.jspecify.annotations.NullMarked;
