/** The messaging providers, each behind the same interface. */
@NullMarked
package dev.sluice.providers;

import org.jspecify.annotations.NullMarked;
