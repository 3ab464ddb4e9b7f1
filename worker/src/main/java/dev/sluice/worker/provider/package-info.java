/** Where messages leave: the interface of providers, and the ones that Sluice knows. */
@NullMarked
package dev.sluice.worker.provider;

import org.jspecify.annotations.NullMarked;
