/** Calls over HTTP with a deadline, and the provider that is described by a file. */
@NullMarked
package dev.sluice.providers.http;

import org.jspecify.annotations.NullMarked;
