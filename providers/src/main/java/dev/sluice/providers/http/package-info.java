/** HTTP calls with a deadline, and the provider that a file describes. */
@NullMarked
package dev.sluice.providers.http;

import org.jspecify.annotations.NullMarked;
